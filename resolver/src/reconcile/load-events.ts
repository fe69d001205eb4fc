import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import { createLadder } from '../identity/ladder.ts'
import { createEventResolver, type EventLead, type PlacedEvent } from '../identity/resolve-event.ts'
import type { Span } from '../identity/visits.ts'
import type { LoadedEvent } from '../reads/read-events.ts'
import { eventKey } from '../reads/event-key.ts'
import type { Sources } from './sources.ts'

export interface ResolvedEvent extends EventLead {
  readonly event: LoadedEvent
}

export interface ResolvedEvents {
  readonly events: readonly ResolvedEvent[]
  /** Of the shared cookies among the members. */
  readonly spans: ReadonlyMap<NodeId, readonly Span[]>
}

/** Which events to load: of these identifiers, and of those void ones that are leads themselves (quarantine). */
export interface EventScope {
  readonly members: readonly NodeRef[]
  readonly quarantined: readonly NodeId[]
}

/** All events that may belong to the members, each with its lead. Some belong to leads outside of the scope. */
export async function loadEvents(sources: Sources, scope: EventScope): Promise<ResolvedEvents> {
  const { workspace, view } = sources
  const around = await view.complete(() => lookAround(sources, scope.members))
  const members = scope.members.map(({ id }) => id)
  const [own, fallen, quarantined, signed] = await Promise.all([
    sources.events.of(members),
    sources.events.fallen(around.voids, members),
    sources.events.quarantined(scope.quarantined),
    sources.events.signed(around.signers, around.shared),
  ])
  const others = [...fallen, ...quarantined]
  const events = others.length === 0 ? own : distinct([...own, ...others])
  const byCookie = groupByCookie([...events, ...signed], around.shared)
  return await view.complete(() => {
    const ladder = createLadder(view, workspace.settings.identity)
    const resolver = createEventResolver(ladder, (cookie) => byCookie.get(cookie) ?? [])
    return {
      events: events.map((event) => ({ event, ...resolver.leadOf(event) })),
      spans: new Map(
        [...around.shared].map((cookie) => [cookie, resolver.sharedCookie(cookie)?.spans ?? []]),
      ),
    }
  })
}

const distinct = (events: readonly LoadedEvent[]): readonly LoadedEvent[] => [
  ...new Map(events.map((event) => [eventKey(event), event])).values(),
]

/** Void identifiers whose events may fall through to a member, and who signs on the shared cookies. */
function lookAround({ view, workspace }: Sources, members: readonly NodeRef[]) {
  const ladder = createLadder(view, workspace.settings.identity)
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
      if (isShared) signers.add(hi)
    }
  }
  return { voids, shared, signers }
}

function groupByCookie(
  events: readonly PlacedEvent[],
  cookies: ReadonlySet<NodeId>,
): ReadonlyMap<NodeId, readonly PlacedEvent[]> {
  const byCookie = new Map<NodeId, Map<string, PlacedEvent>>()
  for (const event of events) {
    if (!cookies.has(event.anon)) continue
    const known = byCookie.get(event.anon) ?? new Map<string, PlacedEvent>()
    known.set(`${event.node}|${event.messageId}`, event)
    byCookie.set(event.anon, known)
  }
  return new Map([...byCookie].map(([cookie, found]) => [cookie, [...found.values()]]))
}
