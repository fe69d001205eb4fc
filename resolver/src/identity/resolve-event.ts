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
  let former: { readonly event: PlacedEvent; readonly found: EventLead } | undefined
  const leadOf = (event: PlacedEvent): EventLead => {
    if (former && hasSameNodes(former.event, event)) return former.found
    const signed = leadOfSigned(ladder, event)
    const shared = signed === undefined && event.anon !== NO_NODE ? sharedCookie(event.anon) : undefined
    // On a shared cookie unsigned events are placed one by one.
    if (shared) return { lead: shared.leads.get(event.messageId) ?? event.anon, quarantined: false }
    const found = signed === undefined ? leadOfUnsigned(ladder, event) : { lead: signed, quarantined: false }
    former = { event, found }
    return found
  }
  return { leadOf, sharedCookie }
}

/** Events of one identifier come together. */
const hasSameNodes = (a: PlacedEvent, b: PlacedEvent): boolean =>
  a.node === b.node && a.mail === b.mail && a.anon === b.anon

/** Of a cookie that is not shared. */
function leadOfUnsigned(ladder: Ladder, { node, anon }: PlacedEvent): EventLead {
  if (anon === NO_NODE) return { lead: node, quarantined: true }
  return { lead: ladder.ownersOf(anon)[0]?.lead ?? anon, quarantined: false }
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
