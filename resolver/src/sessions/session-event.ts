import type { EventType } from '@leadline/contract'
import type { Campaign } from './campaign.ts'

/** What of an event a session needs. Texts are empty where the event has none. */
export interface SessionEvent {
  readonly messageId: string
  readonly timeMs: number
  readonly type: EventType
  /** Name of a track event. */
  readonly event: string
  /** Name of a page or screen. */
  readonly name: string
  readonly url: string
  readonly title: string
  readonly referrer: string
  readonly userAgent: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** What the client said about the campaign, above what the address says. */
  readonly campaign: Partial<Campaign>
}
