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
  let open: Event[] = []
  for (const event of toDistinct(events.every(isAct) ? events : events.filter(isAct))) {
    if (event.timeMs - lastMs >= timeoutMs) sessions.push((open = []))
    open.push(event)
    lastMs = event.timeMs
  }
  return sessions
}

const isAct = ({ type }: SessionEvent): boolean => ACTS.has(type)

/** Ordered by (time, message id). What is so already is handed back: one list is looked at in several ways. */
export const toOrdered = <Event extends SessionEvent>(events: readonly Event[]): readonly Event[] =>
  events.every((event, i) => isInOrder(events[i - 1], event)) ? events : events.toSorted(compareEvents)

const isInOrder = (former: SessionEvent | undefined, event: SessionEvent): boolean =>
  former === undefined || compareEvents(former, event) <= 0

const compareEvents = (a: SessionEvent, b: SessionEvent): number =>
  compareNumbers(a.timeMs, b.timeMs) || compareTexts(a.messageId, b.messageId)

/** Ordered by (time, message id), each once. */
export function toDistinct<Event extends SessionEvent>(events: readonly Event[]): readonly Event[] {
  const ordered = toOrdered(events)
  const isFirst = (event: Event, i: number): boolean => event.messageId !== ordered[i - 1]?.messageId
  return ordered.every(isFirst) ? ordered : ordered.filter(isFirst)
}
