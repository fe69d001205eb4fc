import type { CookieOwner } from './cookie-owners.ts'
import type { NodeId } from './fact-source.ts'
import { compareNumbers, compareTexts } from './order.ts'

/** An event on a shared cookie. */
export interface CookieEvent {
  readonly messageId: string
  readonly timeMs: number
  /** The lead that signed it (R7); undefined for an unsigned event. */
  readonly signedBy: NodeId | undefined
}

/** A stretch of time in which the unsigned events of a shared cookie belong to one lead. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
  readonly lead: NodeId
}

export interface SharedCookie {
  readonly leads: ReadonlyMap<string, NodeId>
  /** Ordered, without overlap; only where the lead is not the cookie itself. */
  readonly spans: readonly Span[]
}

/** Events of one cookie with a smaller gap are one visit. Not the session timeout: that setting must not move identity. */
const VISIT_GAP_MS = 30 * 60 * 1000

/**
 * R6: whose the unsigned events of a shared cookie are. One lead signed in the visit: that lead's. Several did:
 * nobody's, they stay with the cookie. None did: the first owner's, if the event is earlier than the second
 * owner's first claim, else the cookie's.
 */
export function placeUnsignedEvents(
  cookie: NodeId,
  owners: readonly CookieOwner[],
  events: readonly CookieEvent[],
): SharedCookie {
  const leads = new Map<string, NodeId>()
  const placed: { timeMs: number; lead: NodeId }[] = []
  for (const visit of splitVisits(events)) {
    const signers = new Set(visit.flatMap(({ signedBy }) => signedBy ?? []))
    const [signer] = signers
    for (const event of visit) {
      if (event.signedBy !== undefined) continue
      const lead =
        signer === undefined ? leadOfUnsignedVisit(event, owners) : signers.size === 1 ? signer : undefined
      leads.set(event.messageId, lead ?? cookie)
      placed.push({ timeMs: event.timeMs, lead: lead ?? cookie })
    }
  }
  return { leads, spans: toSpans(placed).filter((span) => span.lead !== cookie) }
}

function leadOfUnsignedVisit(
  event: CookieEvent,
  [first, second]: readonly CookieOwner[],
): NodeId | undefined {
  return first && second && event.timeMs < second.sinceMs ? first.lead : undefined
}

function splitVisits(events: readonly CookieEvent[]): readonly (readonly CookieEvent[])[] {
  const visits: CookieEvent[][] = []
  let lastMs = Number.NEGATIVE_INFINITY
  const ordered = events.toSorted(
    (a, b) => compareNumbers(a.timeMs, b.timeMs) || compareTexts(a.messageId, b.messageId),
  )
  for (const event of ordered) {
    if (event.timeMs - lastMs >= VISIT_GAP_MS) visits.push([])
    visits.at(-1)?.push(event)
    lastMs = event.timeMs
  }
  return visits
}

function toSpans(placed: readonly { readonly timeMs: number; readonly lead: NodeId }[]): readonly Span[] {
  const spans: Span[] = []
  for (const { timeMs, lead } of placed) {
    const open = spans.at(-1)
    if (open?.lead === lead) spans[spans.length - 1] = { ...open, toMs: timeMs }
    else spans.push({ fromMs: timeMs, toMs: timeMs, lead })
  }
  return spans
}
