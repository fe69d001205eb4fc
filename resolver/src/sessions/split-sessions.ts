import { compareNumbers, compareTexts } from '../identity/order.ts'
import type { SessionEvent } from './session-event.ts'

/** group and alias are statements about somebody, not something he did. */
const ACTS: ReadonlySet<SessionEvent['type']> = new Set(['identify', 'track', 'page', 'screen'])

/**
 * Runs of one lead's events with gaps under the time-out, ordered by (time, message id). The order and number of
 * copies in which the events are given mean nothing.
 */
export function splitSessions<Event extends SessionEvent>(
  events: readonly Event[],
  timeoutMs: number,
): readonly (readonly Event[])[] {
  const sessions: Event[][] = []
  let lastMs = Number.NEGATIVE_INFINITY
  for (const event of toDistinct(events.filter(isAct))) {
    if (event.timeMs - lastMs >= timeoutMs) sessions.push([])
    sessions.at(-1)?.push(event)
    lastMs = event.timeMs
  }
  return sessions
}

const isAct = ({ type }: SessionEvent): boolean => ACTS.has(type)

/** Ordered by (time, message id), each once. */
export function toDistinct<Event extends SessionEvent>(events: readonly Event[]): readonly Event[] {
  const ordered = events.toSorted(
    (a, b) => compareNumbers(a.timeMs, b.timeMs) || compareTexts(a.messageId, b.messageId),
  )
  return ordered.filter((event, i) => event.messageId !== ordered[i - 1]?.messageId)
}
