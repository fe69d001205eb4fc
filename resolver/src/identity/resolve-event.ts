import type { NodeId } from './fact-source.ts'
import { NO_NODE } from './fact-source.ts'
import type { Ladder } from './ladder.ts'
import { placeUnsignedEvents, type SharedCookie } from './visits.ts'

/** What of an event decides whose it is. */
export interface PlacedEvent {
  readonly messageId: string
  readonly timeMs: number
  /** Its highest identifier: user, else mail, else cookie. */
  readonly node: NodeId
  /** NO_NODE where the event has none. */
  readonly mail: NodeId
  readonly anon: NodeId
  /** A member of staff acted as the customer: says nothing about whose the machine is. */
  readonly impersonated: boolean
}

export interface EventLead {
  readonly lead: NodeId
  /** The event has identifiers, and all of them are void. */
  readonly quarantined: boolean
}

export interface EventResolver {
  leadOf(event: PlacedEvent): EventLead
  /** R6 for one cookie that has several owners; undefined for any other. */
  sharedCookie(cookie: NodeId): SharedCookie | undefined
}

/**
 * R5 to R7: a signed event belongs to its user or mail whatever machine it came from; the others to the owner
 * of the cookie. `eventsOn` gives all events that carry a cookie, signed ones too; it is asked for shared ones only.
 */
export function createEventResolver(
  ladder: Ladder,
  eventsOn: (cookie: NodeId) => readonly PlacedEvent[],
): EventResolver {
  const cookies = new Map<NodeId, SharedCookie | undefined>()
  const sharedCookie = (cookie: NodeId): SharedCookie | undefined => {
    if (!cookies.has(cookie)) cookies.set(cookie, placeEvents(ladder, cookie, eventsOn))
    return cookies.get(cookie)
  }
  const leadOf = (event: PlacedEvent): EventLead => {
    const signed = leadOfSigned(ladder, event)
    if (signed !== undefined) return { lead: signed, quarantined: false }
    if (event.anon === NO_NODE) return { lead: event.node, quarantined: true }
    const shared = sharedCookie(event.anon)
    const owner = shared ? shared.leads.get(event.messageId) : ladder.ownersOf(event.anon)[0]?.lead
    return { lead: owner ?? event.anon, quarantined: false }
  }
  return { leadOf, sharedCookie }
}

/** R7: the lead of the user, else of the mail; undefined when the event has neither or they are void. */
function leadOfSigned(ladder: Ladder, event: PlacedEvent): NodeId | undefined {
  const user = userOf(event)
  const lead = user === undefined ? undefined : ladder.leadOfUser(user)
  if (lead !== undefined || event.mail === NO_NODE) return lead
  return ladder.leadOfMail(event.mail)
}

/** The node of an event is a user's unless it is also its mail or its cookie. */
export const userOf = ({ node, mail, anon }: PlacedEvent): NodeId | undefined =>
  node === mail || node === anon ? undefined : node

function placeEvents(
  ladder: Ladder,
  cookie: NodeId,
  eventsOn: (cookie: NodeId) => readonly PlacedEvent[],
): SharedCookie | undefined {
  const owners = ladder.ownersOf(cookie)
  if (owners.length < 2) return undefined
  const events = eventsOn(cookie).flatMap((event) => {
    const signedBy = leadOfSigned(ladder, event)
    if (event.impersonated && signedBy !== undefined) return []
    return [{ messageId: event.messageId, timeMs: event.timeMs, signedBy }]
  })
  return placeUnsignedEvents(cookie, owners, events)
}
