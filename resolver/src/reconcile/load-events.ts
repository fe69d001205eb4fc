import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import { createEventResolver, type EventResolver, type PlacedEvent } from '../identity/resolve-event.ts'
import type { Span } from '../identity/visits.ts'
import { eventKey } from '../reads/event-key.ts'
import type { LoadedEvent } from '../reads/read-events.ts'
import { ladderOf, type Sources } from './sources.ts'

export interface ResolvedEvents {
  /** By lead. Some leads are outside of the scope. */
  readonly events: ReadonlyMap<NodeId, readonly LoadedEvent[]>
  /** Of the shared cookies among the members. */
  readonly spans: ReadonlyMap<NodeId, readonly Span[]>
}

/** Which events to load: of these identifiers, and of those void ones that are leads themselves (quarantine). */
export interface EventScope {
  readonly members: readonly NodeRef[]
  readonly quarantined: readonly NodeId[]
}

/** All events that may belong to the members, by whose they are. */
export async function loadEvents(sources: Sources, scope: EventScope): Promise<ResolvedEvents> {
  const { view } = sources
  const around = await view.complete(() => lookAround(sources, scope.members))
  const members = new Set(scope.members.map(({ id }) => id))
  // Events of members and void identifiers on these cookies are read anyway.
  const signers = [...around.signers].filter((id) => !members.has(id))
  const [own, fallen, quarantined, signed] = await Promise.all([
    sources.events.of(members),
    sources.events.fallen(around.voids, members),
    sources.events.quarantined(scope.quarantined),
    sources.events.signed(signers, around.shared),
  ])
  // All of a member's own are there.
  const others = distinct([...fallen, ...quarantined].filter(({ node }) => !members.has(node)))
  const events = others.length === 0 ? own : [...own, ...others]
  const byCookie = groupByCookie([events, signed], around.shared)
  return await view.complete(() => {
    const resolver = createEventResolver(ladderOf(sources), (cookie) => byCookie.get(cookie) ?? [])
    return {
      events: groupByLead(events, resolver),
      spans: new Map(
        [...around.shared].map((cookie) => [cookie, resolver.sharedCookie(cookie)?.spans ?? []]),
      ),
    }
  })
}

const distinct = (events: readonly LoadedEvent[]): readonly LoadedEvent[] => [
  ...new Map(events.map((event) => [eventKey(event), event])).values(),
]

/** Void identifiers whose events may fall through to a member, and who else signs on the shared cookies. */
function lookAround(sources: Sources, members: readonly NodeRef[]) {
  const { view } = sources
  const ladder = ladderOf(sources)
  const voids = new Set<NodeId>()
  const shared = new Set<NodeId>()
  const signers = new Set<NodeId>()
  for (const node of members) {
    if (node.kind === 'user') continue
    const isShared = node.kind === 'anon' && ladder.ownersOf(node.id).length > 1
    if (isShared) shared.add(node.id)
    for (const { hi, hiKind } of view.mentionsAbove(node)) {
      const isVoid = hiKind === 'user' ? ladder.isVoidUser(hi) : ladder.isVoidMail(hi)
      if (isVoid) voids.add(hi)
      else if (isShared) signers.add(hi)
    }
  }
  return { voids, shared, signers }
}

function groupByCookie(
  parts: readonly (readonly PlacedEvent[])[],
  cookies: ReadonlySet<NodeId>,
): ReadonlyMap<NodeId, readonly PlacedEvent[]> {
  const byCookie = new Map<NodeId, PlacedEvent[]>()
  if (cookies.size === 0) return byCookie
  for (const event of parts.flat()) if (cookies.has(event.anon)) pushTo(byCookie, event.anon, event)
  return byCookie
}

function groupByLead(
  events: readonly LoadedEvent[],
  resolver: EventResolver,
): ReadonlyMap<NodeId, readonly LoadedEvent[]> {
  const byLead = new Map<NodeId, LoadedEvent[]>()
  for (const event of events) pushTo(byLead, resolver.leadOf(event).lead, event)
  return byLead
}

function pushTo<T>(lists: Map<NodeId, T[]>, key: NodeId, item: T): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}
