import { toDateTime, type RuleFiringsRow } from '@leadline/warehouse'
import type { NodeId } from '../identity/fact-source.ts'
import { findNewEntries } from '../qualification/find-firings.ts'
import type { Entry } from '../qualification/qualify.ts'
import { readFirings } from '../reads/read-firings.ts'
import type { StampedLead } from './diff-stamps.ts'
import type { Sources } from './sources.ts'

/** Before it gets its version and the time at which it is written. */
export type NewFiring = Omit<RuleFiringsRow, 'version' | 'fired_at'>

/** Rules that these leads met and that have not fired for any of their events. */
export async function findNewFirings(
  { warehouse, workspace }: Sources,
  leads: readonly (Pick<StampedLead, 'lead' | 'events'> & { readonly entries: readonly Entry[] })[],
): Promise<readonly NewFiring[]> {
  const met = leads.filter(({ entries }) => entries.length > 0)
  const nodes = new Set(met.flatMap(({ events }) => events.map(({ node }) => node)))
  const fired = Map.groupBy(await readFirings(warehouse, workspace.id, nodes), ({ node }) => node)
  const { rules } = workspace.settings.qualification
  return met.flatMap(({ lead, events, entries }) => {
    const around = [...new Set(events.map(({ node }) => node))].flatMap((node) => fired.get(node) ?? [])
    const fresh = findNewEntries(entries, { events, fired: around, rules })
    return fresh.map((entry) => toFiring(workspace.id, lead, entry))
  })
}

const toFiring = (
  ws: number,
  lead: NodeId,
  { rule, messageId, node, atMs, stage, facts }: Entry,
): NewFiring => ({
  ws,
  node_id: node,
  rule,
  message_id: messageId,
  lead_id: lead,
  at: toDateTime(atMs),
  stage,
  facts: JSON.stringify(facts),
})
