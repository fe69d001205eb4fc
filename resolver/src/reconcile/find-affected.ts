import { NO_NODE, type NodeId, type NodeRef } from '../identity/fact-source.ts'
import type { Span } from '../identity/visits.ts'
import { loadEvents } from './load-events.ts'
import type { Settled } from './settle-identity.ts'
import type { Sources } from './sources.ts'

/** Leads that have to be built anew, and what is known about their identifiers beyond what is stored. */
export interface Affected {
  readonly leads: ReadonlySet<NodeId>
  /** By lead: dirty identifiers that are its own now. */
  readonly members: ReadonlyMap<NodeId, readonly NodeRef[]>
  readonly spans: ReadonlyMap<NodeId, readonly Span[]>
}

/**
 * A dirty identifier affects the lead it had and the lead it has. A shared cookie affects its own lead, and those
 * of its events whose lead is not the one stamped on them: a machine of sixty people does not rebuild them all.
 * Stamps are written after the leads, so a repeat finds the same differences. `suspects` are leads that are affected
 * whatever their identifiers say.
 */
export async function findAffected(
  sources: Sources,
  settled: Settled,
  suspects: Iterable<NodeId> = [],
): Promise<Affected> {
  const leads = new Set<NodeId>(suspects)
  const members = new Map<NodeId, NodeRef[]>()
  const add = (lead: NodeId, node: NodeRef): void => {
    leads.add(lead)
    const known = members.get(lead)
    if (known) known.push(node)
    else members.set(lead, [node])
  }
  const shared: NodeRef[] = []
  for (const node of settled.dirty) {
    const verdict = settled.verdicts.get(node.id)
    const isShared = verdict?.state === 'shared'
    if (isShared) shared.push(node)
    add(verdict?.state === 'assigned' ? verdict.lead : node.id, node)
    for (const lead of formerLeads(node, settled, isShared)) leads.add(lead)
  }
  const { changes, spans } = await findMovedEvents(sources, shared)
  for (const { lead, cookie } of changes) add(lead, cookie)
  // Who is built anew has his part of them, also where the row is lost that says so.
  for (const { lead, cookie } of toParts(shared, spans, leads)) add(lead, cookie)
  return { leads, members, spans }
}

/** Spans of a cookie that is still shared are compared event by event. */
function formerLeads(node: NodeRef, { stored }: Settled, isShared: boolean): readonly NodeId[] {
  const rows = stored.get(node.id) ?? []
  const wasShared = rows.length === 0 || rows.some(({ rule }) => rule === 'R6')
  if (wasShared && isShared) return []
  const leads = rows.map(({ lead }) => lead).filter((lead) => lead !== NO_NODE)
  // What no span held, and what is void, was with the identifier itself.
  return wasShared || leads.length === 0 ? [...leads, node.id] : leads
}

const toParts = (
  cookies: readonly NodeRef[],
  spans: Affected['spans'],
  leads: ReadonlySet<NodeId>,
): readonly { readonly lead: NodeId; readonly cookie: NodeRef }[] =>
  cookies.flatMap((cookie) =>
    (spans.get(cookie.id) ?? []).filter(({ lead }) => leads.has(lead)).map(({ lead }) => ({ lead, cookie })),
  )

async function findMovedEvents(sources: Sources, cookies: readonly NodeRef[]) {
  if (cookies.length === 0) return { changes: [], spans: new Map<NodeId, readonly Span[]>() }
  const { events, spans } = await loadEvents(sources, { members: cookies, quarantined: [] })
  const byId = new Map(cookies.map((cookie) => [cookie.id, cookie]))
  const changes = [...events].flatMap(([lead, own]) =>
    own.flatMap(({ anon, stamp }) => {
      const cookie = byId.get(anon)
      if (!cookie || stamp?.lead === lead) return []
      return [lead, ...(stamp ? [stamp.lead] : [])].map((id) => ({ lead: id, cookie }))
    }),
  )
  return { changes, spans }
}
