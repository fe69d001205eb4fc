import { toChunks } from '../chunks.ts'
import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import { eventKey } from '../reads/event-key.ts'
import { readLeadNodes } from '../reads/read-assignments.ts'
import { findAffected, type Affected } from '../reconcile/find-affected.ts'
import { planAssignments } from '../reconcile/plan-assignments.ts'
import { rebuildLeads, type RebuiltLeads } from '../reconcile/rebuild-leads.ts'
import { settleIdentity } from '../reconcile/settle-identity.ts'
import type { Sources } from '../reconcile/sources.ts'

/** A row that is missing, superfluous or different, and the identifiers whose reconcile mends it. */
export type Report = (table: string, key: string, nodes: readonly NodeId[]) => void

/** Their events are in memory together. */
const MAX_LEADS = 500

/** Evaluates the rules for these identifiers, builds their leads anew and reports what is stored otherwise. */
export async function comparePage(sources: Sources, page: readonly NodeRef[], report: Report): Promise<void> {
  const settled = await settleIdentity(sources, page)
  const affected = await findAffected(sources, settled)
  for (const leads of toChunks(await findLeads(sources, page, affected), MAX_LEADS)) {
    reportRows(await rebuildLeads(sources, leads, affected), report)
  }
  await reportLostParts(sources, affected, report)
  const plan = planAssignments(sources.workspace.id, settled, affected.spans)
  for (const { node_id, from_ts } of plan.assignments)
    report('identity_assignments', `${node_id} ${from_ts}`, [node_id])
  for (const { node_id, lead_id } of plan.leadNodes) report('lead_nodes', `${lead_id} ${node_id}`, [node_id])
}

/**
 * Each lead is built once: with the page in which its own id lies, as what is stored of its identifiers says which
 * these are. Only where that lacks one of them, no other page would see that it belongs there.
 */
async function findLeads(
  { warehouse, workspace }: Sources,
  page: readonly NodeRef[],
  { leads, members }: Affected,
): Promise<readonly NodeId[]> {
  const ids = new Set(page.map(({ id }) => id))
  const others = [...leads].filter((lead) => !ids.has(lead))
  const rows = await readLeadNodes(warehouse, workspace.id, others)
  const stored = new Set(rows.map(({ lead_id, node_id }) => `${lead_id} ${node_id}`))
  const lacksOne = (lead: NodeId): boolean =>
    (members.get(lead) ?? []).some(({ id }) => id !== lead && !stored.has(`${lead} ${id}`))
  return [...leads].filter((lead) => ids.has(lead) || lacksOne(lead))
}

/** Whose a part of a shared cookie is should stand there; nobody need be built anew to see that. */
async function reportLostParts(
  { warehouse, workspace }: Sources,
  { spans }: Affected,
  report: Report,
): Promise<void> {
  const parts = [...spans].flatMap(([cookie, list]) =>
    [...new Set(list.map(({ lead }) => lead))].map((lead) => ({ cookie, lead })),
  )
  const rows = await readLeadNodes(warehouse, workspace.id, new Set(parts.map(({ lead }) => lead)))
  const stored = new Set(rows.map(({ lead_id, node_id }) => `${lead_id} ${node_id}`))
  for (const { cookie, lead } of parts)
    if (!stored.has(`${lead} ${cookie}`)) report('lead_nodes', `${lead} ${cookie}`, [cookie, lead])
}

function reportRows(rebuilt: RebuiltLeads, report: Report): void {
  for (const { lead_id } of rebuilt.leads) report('leads', lead_id, [lead_id])
  for (const { lead_id, session_id } of rebuilt.sessions) report('sessions', lead_id + session_id, [lead_id])
  for (const { lead_id, contact_id } of rebuilt.contactLeads)
    report('contact_leads', contact_id + lead_id, [lead_id])
  for (const { lead_id, node_id } of rebuilt.leadNodes)
    report('lead_nodes', `${lead_id} ${node_id}`, [node_id, lead_id])
  for (const { lead_id, company_id } of rebuilt.companyLeads)
    report('company_leads', company_id + lead_id, [lead_id])
  for (const { lead_id, rule, message_id } of rebuilt.qualifications)
    report('qualifications', `${lead_id} ${rule} ${message_id}`, [lead_id])
  for (const { node_id, rule, message_id, lead_id } of rebuilt.fired.flatMap(({ firings }) => firings))
    report('rule_firings', `${node_id} ${rule} ${message_id}`, [lead_id])
  for (const { node_id, d, message_id, lead_id } of rebuilt.stamps)
    report('event_leads', eventKey({ node: node_id, day: d, messageId: message_id }), [node_id, lead_id])
}
