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
  return {
    firstMessageId: first.messageId,
    startedMs: first.timeMs,
    endedMs: last.timeMs,
    events: events.length,
    ...summarisePages(events),
    topEvents: mostFrequent(events.filter(({ type }) => type === 'track').map(({ event }) => event)),
    ...summariseOrigin(events),
    country: firstOf(events, ({ country }) => country || undefined) ?? '',
    ...parseUserAgent(firstOf(events, ({ userAgent }) => userAgent || undefined) ?? ''),
  }
}

function summarisePages(events: readonly SessionEvent[]) {
  const pages = events.filter(isPage)
  const placed = events.filter(({ url }) => url !== '')
  return {
    pages: pages.length,
    entryUrl: placed[0]?.url ?? '',
    exitUrl: placed.at(-1)?.url ?? '',
    topPages: mostFrequent(pages.map(toPageLabel)),
  }
}

/** Each from the earliest event that has it: people arrive with a campaign and wander on without. */
const summariseOrigin = (events: readonly SessionEvent[]) => ({
  referrer: firstOf(events, ({ referrer, url }) => toOutsideReferrer(referrer, url)) ?? '',
  clickIds: JSON.stringify(firstOf(events, ({ url }) => toClickIds(url)) ?? {}),
  ...(firstOf(events, ({ campaign, url }) => toCampaign(campaign, url)) ?? NO_CAMPAIGN),
})

const isPage = ({ type }: SessionEvent): boolean => type === 'page' || type === 'screen'

/** By count, then by who came first. */
function mostFrequent(labels: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const label of labels) if (label !== '') counts.set(label, (counts.get(label) ?? 0) + 1)
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_LISTED)
    .map(([label]) => label)
}

function firstOf<T>(
  events: readonly SessionEvent[],
  pick: (event: SessionEvent) => T | undefined,
): T | undefined {
  for (const event of events) {
    const value = pick(event)
    if (value !== undefined) return value
  }
  return undefined
}
