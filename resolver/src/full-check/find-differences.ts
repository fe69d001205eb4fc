import { TOUCHED_TOPIC, encodeTouched } from '@leadline/contract'
import type { Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { toChunks } from '../chunks.ts'
import { NO_NODE, type NodeId, type NodeRef } from '../identity/fact-source.ts'
import { findAffected } from '../reconcile/find-affected.ts'
import { openSources } from '../reconcile/open-sources.ts'
import { planAssignments } from '../reconcile/plan-assignments.ts'
import { rebuildLeads, type RebuiltLeads } from '../reconcile/rebuild-leads.ts'
import { settleIdentity } from '../reconcile/settle-identity.ts'
import type { Sources } from '../reconcile/sources.ts'
import { eventKey } from '../reads/event-key.ts'
import { compareWithSql } from '../sql-ladder/compare-with-sql.ts'
import type { Workspace } from '../workspaces.ts'
import { readNodePages } from './read-node-pages.ts'

/** How what is stored differs from what the rules make of all facts and events. */
export interface Differences {
  /** Identifiers that were looked at. */
  readonly checked: number
  /** Rows that are missing, superfluous or different, by table; each once. */
  readonly rows: Readonly<Record<string, number>>
  readonly total: number
  /** Identifiers whose reconcile mends them. */
  readonly nodes: readonly NodeRef[]
}

const PAGE = 20_000
const MAX_LEADS = 500
const MAX_TOUCHED = 1000

/** In `rows`, beside the tables: events that the rules in SQL see elsewhere. */
const SQL_LADDER = 'events by SQL'

/**
 * The full reconcile: evaluates every identifier of a workspace, builds every lead anew and compares; then asks the same
 * rules in SQL whose each event is. Writes nothing of consequence, so any process may run it at any time. Events that
 * arrive meanwhile, and are not resolved yet, are differences too.
 */
export async function findDifferences(warehouse: Warehouse, workspace: Workspace): Promise<Differences> {
  const found = new Map<string, Set<string>>()
  const nodes = new Map<NodeId, NodeRef>()
  let checked = 0
  for await (const page of readNodePages(warehouse, workspace.id, PAGE)) {
    checked += page.length
    const known = new Map(page.map((node) => [node.id, node]))
    await checkPage(await openSources(warehouse, workspace, page.length), page, (table, key, ids) => {
      found.set(table, (found.get(table) ?? new Set()).add(key))
      for (const id of ids) nodes.set(id, known.get(id) ?? nodes.get(id) ?? { kind: 'anon', id })
    })
  }
  for (const { messageId, node, stored, expected } of await compareWithSql(warehouse, workspace)) {
    found.set(SQL_LADDER, (found.get(SQL_LADDER) ?? new Set()).add(`${node} ${messageId}`))
    for (const id of [node, stored, expected])
      if (id !== NO_NODE) nodes.set(id, nodes.get(id) ?? { kind: 'anon', id })
  }
  const rows = Object.fromEntries([...found].map(([table, keys]) => [table, keys.size]))
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0)
  return { checked, rows, total, nodes: await withKinds(warehouse, workspace, [...nodes.values()]) }
}

type Report = (table: string, key: string, nodes: readonly NodeId[]) => void

async function checkPage(sources: Sources, page: readonly NodeRef[], report: Report): Promise<void> {
  const settled = await settleIdentity(sources, page)
  const affected = await findAffected(sources, settled)
  for (const leads of toChunks([...affected.leads], MAX_LEADS)) {
    reportRows(await rebuildLeads(sources, leads, affected), report)
  }
  const plan = planAssignments(sources.workspace.id, settled, affected.spans)
  for (const { node_id, from_ts } of plan.assignments)
    report('identity_assignments', `${node_id} ${from_ts}`, [node_id])
  for (const { node_id, lead_id } of plan.leadNodes) report('lead_nodes', `${lead_id} ${node_id}`, [node_id])
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

/** A lead of another page is known by its id alone; the rules ask for its kind. */
async function withKinds(
  warehouse: Warehouse,
  workspace: Workspace,
  nodes: readonly NodeRef[],
): Promise<readonly NodeRef[]> {
  if (nodes.length === 0) return []
  const { view } = await openSources(warehouse, workspace, 0)
  return await view.complete(() => nodes.map(({ id, kind }) => ({ id, kind: view.node(id)?.kind ?? kind })))
}

/** Hands what differs to the workspace's one reconciler, as if events had touched it. */
export async function requestRepair(
  stream: Stream,
  workspace: number,
  { nodes }: Pick<Differences, 'nodes'>,
): Promise<void> {
  await stream.append(
    TOUCHED_TOPIC,
    toChunks(nodes, MAX_TOUCHED).map((chunk) => ({
      key: String(workspace),
      value: encodeTouched({ v: 1, workspace, nodes: chunk }),
    })),
  )
}
