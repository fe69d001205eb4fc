import { NO_CAMPAIGN, toCampaign, toClickIds, toOutsideReferrer, type Campaign } from './campaign.ts'
import { toPageLabel } from './page-label.ts'
import type { SessionEvent } from './session-event.ts'
import { parseUserAgent, type Client } from './user-agent.ts'

/** One session, told. Texts are empty where no event says. */
export interface SessionSummary extends Campaign, Client {
  /** Message id of its earliest event: what the session is named after. */
  readonly firstMessageId: string
  readonly startedMs: number
  readonly endedMs: number
  readonly pages: number
  readonly events: number
  readonly entryUrl: string
  readonly exitUrl: string
  /** Labels as a reader calls the pages, the most visited first. */
  readonly topPages: readonly string[]
  readonly topEvents: readonly string[]
  readonly referrer: string
  /** JSON object. */
  readonly clickIds: string
  readonly country: string
}

const MOST_LISTED = 10

/** `events` are those of one session as `splitSessions` gives them: ordered, at least one. */
export function summariseSession(events: readonly SessionEvent[]): SessionSummary {
  const first = events[0]
  const last = events.at(-1)
  if (!first || !last) throw new RangeError('a session has at least one event')
  const pages = events.filter(isPage)
  // People arrive with a campaign and wander on without.
  const campaign = firstOf(events, campaignOf, NO_CAMPAIGN)
  const client = parseUserAgent(firstOf(events, userAgentOf, ''))
  return {
    firstMessageId: first.messageId,
    startedMs: first.timeMs,
    endedMs: last.timeMs,
    pages: pages.length,
    events: events.length,
    entryUrl: events.find(hasUrl)?.url ?? '',
    exitUrl: events.findLast(hasUrl)?.url ?? '',
    topPages: mostFrequent(pages, toPageLabel),
    topEvents: mostFrequent(events, nameOfTrack),
    referrer: firstOf(events, referrerOf, ''),
    source: campaign.source,
    medium: campaign.medium,
    campaign: campaign.campaign,
    term: campaign.term,
    content: campaign.content,
    clickIds: JSON.stringify(firstOf(events, clickIdsOf, NO_CLICK_IDS)),
    device: client.device,
    browser: client.browser,
    os: client.os,
    country: firstOf(events, countryOf, ''),
  }
}

const NO_CLICK_IDS: Readonly<Record<string, string>> = {}

const isPage = ({ type }: SessionEvent): boolean => type === 'page' || type === 'screen'
const hasUrl = ({ url }: SessionEvent): boolean => url !== ''
const nameOfTrack = ({ type, event }: SessionEvent): string => (type === 'track' ? event : '')
const referrerOf = ({ referrer, url }: SessionEvent) => toOutsideReferrer(referrer, url)
const clickIdsOf = ({ url }: SessionEvent) => toClickIds(url)
const campaignOf = ({ campaign, url }: SessionEvent) => toCampaign(campaign, url)
const userAgentOf = ({ userAgent }: SessionEvent) => userAgent || undefined
const countryOf = ({ country }: SessionEvent) => country || undefined

/** By count, then by who came first. */
function mostFrequent(
  events: readonly SessionEvent[],
  toLabel: (event: SessionEvent) => string,
): readonly string[] {
  const counts = new Map<string, number>()
  for (const event of events) {
    const label = toLabel(event)
    if (label !== '') counts.set(label, (counts.get(label) ?? 0) + 1)
  }
  const labels = [...counts.keys()]
  if (labels.length < 2) return labels
  return labels.sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0)).slice(0, MOST_LISTED)
}

/** Of the earliest event that has it; `none` where no event has. */ function firstOf<T>(
  events: readonly SessionEvent[],
  pick: (event: SessionEvent) => T | undefined,
  none: T,
): T {
  for (const event of events) {
    const value = pick(event)
    if (value !== undefined) return value
  }
  return none
}
