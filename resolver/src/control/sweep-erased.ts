import { CRM_WORK_TOPIC, crmWorkKey, encodeCrmWork, type CrmWork } from '@leadline/contract'
import type { Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { touchCompanies } from '../companies/touch-companies.ts'
import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import type { VersionClock } from '../reconcile/version-clock.ts'
import type { Workspace } from '../workspaces.ts'

export interface SweepDependencies {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly versions: VersionClock
}

/**
 * Deletes all rows about the erased among the touched identifiers, and answers with the others. Whatever stage was
 * writing about them while they were erased touches them afterwards, so they are swept again.
 */
export async function sweepErased(
  dependencies: SweepDependencies,
  workspace: Workspace,
  touched: readonly NodeRef[],
): Promise<readonly NodeRef[]> {
  if (workspace.erased.isEmpty()) return touched
  const erased = touched.filter(({ id }) => workspace.erased.isErased(id))
  if (erased.length === 0) return touched
  const { stream, warehouse } = dependencies
  const ids = erased.map(({ id }) => id)
  const named = await readIds(
    warehouse,
    { ws: workspace.id, ids },
    'SELECT company_id AS id FROM company_leads WHERE lead_id',
  )
  await touchCompanies(stream, workspace.id, named)
  await deleteRows(warehouse, workspace.id, ids)
  await tellCrm(dependencies, workspace.id, erased)
  return touched.filter(({ id }) => !workspace.erased.isErased(id))
}

/** Events go first, their stamps and the leads of companies last: by them a repeat finds what else has to go. */
async function deleteRows(warehouse: Warehouse, ws: number, ids: readonly NodeId[]): Promise<void> {
  const sessions = await readIds(
    warehouse,
    { ws, ids },
    'SELECT session_id AS id FROM sessions_raw WHERE lead_id',
  )
  const companies = await findLonelyCompanies(warehouse, ws, ids)
  const values = await readIds(
    warehouse,
    { ws, ids },
    'SELECT lowerUTF8(value) AS id FROM identity_nodes WHERE node_id',
  )
  const params = { ws, ids: [...ids, ...sessions, ...companies], values }
  await warehouse.command(
    `ALTER TABLE events_raw DELETE WHERE ws = {ws:UInt32} AND (
       hasAny([node_id, anon_node, mail_node], {ids:Array(UUID)})
       OR (node_id, message_id) IN
         (SELECT node_id, message_id FROM event_leads WHERE ws = {ws:UInt32} AND lead_id IN {ids:Array(UUID)})
       OR (type = 'alias' AND has({values:Array(String)}, lowerUTF8(trimBoth(previous_id)))))
     SETTINGS mutations_sync = 2`,
    params,
  )
  for (const { table, columns } of await findTables(warehouse)) {
    await warehouse.command(
      `ALTER TABLE {table:Identifier} DELETE WHERE ws = {ws:UInt32}
         AND hasAny([${columns.join(', ')}], {ids:Array(UUID)}) SETTINGS mutations_sync = 2`,
      { ...params, table },
    )
  }
}

/** Companies that only the erased name: a group of one, a domain of their own. They are personal too. */
async function findLonelyCompanies(
  warehouse: Warehouse,
  ws: number,
  ids: readonly NodeId[],
): Promise<readonly NodeId[]> {
  const rows = await warehouse.query(
    `SELECT company_id AS id FROM company_leads FINAL WHERE ws = {ws:UInt32} AND gone = 0 AND company_id IN
       (SELECT company_id FROM company_leads WHERE ws = {ws:UInt32} AND lead_id IN {ids:Array(UUID)})
     GROUP BY company_id HAVING countIf(lead_id NOT IN {ids:Array(UUID)}) = 0`,
    { row: z.object({ id: z.string() }), params: { ws, ids } },
  )
  return rows.map(({ id }) => id)
}

async function readIds(
  warehouse: Warehouse,
  { ws, ids }: { readonly ws: number; readonly ids: readonly NodeId[] },
  sql: string,
): Promise<readonly string[]> {
  const rows = await warehouse.query(`${sql} IN {ids:Array(UUID)} AND ws = {ws:UInt32}`, {
    row: z.object({ id: z.string() }),
    params: { ws, ids },
  })
  return [...new Set(rows.map(({ id }) => id))].filter((id) => id !== '')
}

const tableRow = z.object({ table: z.string(), columns: z.array(z.string().regex(/^\w+$/)) })

/**
 * Every table of ours with ids in it: a table that is added later is swept too. What the CRM side keeps is its own to
 * delete; erasures and commands hold hashes only, and are what keeps the person erased.
 */
const findTables = (warehouse: Warehouse) =>
  warehouse.query(
    `SELECT table, groupArray(name) AS columns FROM system.columns
     WHERE database = currentDatabase() AND type = 'UUID'
       AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree')
       AND table NOT LIKE 'crm\\\\_%' AND table NOT IN ('events_raw', 'erasures', 'identity_commands')
     GROUP BY table ORDER BY table IN ('event_leads', 'company_leads'), table`,
    { row: tableRow },
  )

async function tellCrm(
  { stream, versions }: SweepDependencies,
  workspace: number,
  erased: readonly NodeRef[],
): Promise<void> {
  const version = await versions.next(workspace)
  const works = erased.map(({ id }): CrmWork => ({
    v: 1,
    workspace,
    kind: 'contact',
    id,
    reason: 'erased',
    version,
  }))
  await stream.append(
    CRM_WORK_TOPIC,
    works.map((work) => ({ key: crmWorkKey(work), value: encodeCrmWork(work) })),
  )
}
