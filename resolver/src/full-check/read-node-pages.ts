import { NODE_KINDS } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { NO_NODE, type NodeId, type NodeRef } from '../identity/fact-source.ts'

const LAST_ID: NodeId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

const row = z
  .object({ id: z.string(), kind: z.enum(NODE_KINDS) })
  .transform(({ id, kind }): NodeRef => ({ id, kind }))

/**
 * All identifiers of a workspace by pages, and the leads of which no identifier is known: those should not be there, and
 * are looked at as cookies, which nothing hangs on. A page costs what it holds, wherever it lies.
 */
export async function* readNodePages(
  warehouse: Warehouse,
  workspace: number,
  pageSize: number,
): AsyncGenerator<readonly NodeRef[]> {
  for (let after = NO_NODE; after !== LAST_ID;) {
    const last = await findLast(warehouse, { ws: workspace, after, size: pageSize })
    const page = await warehouse.query(
      `SELECT id, min(known) AS kind FROM (
         SELECT node_id AS id, CAST(type, 'String') AS known FROM identity_nodes
           WHERE ws = {ws:UInt32} AND node_id > {after:UUID} AND node_id <= {last:UUID}
         UNION ALL
         SELECT lead_id AS id, 'anon' AS known FROM leads_raw FINAL
           WHERE ws = {ws:UInt32} AND lead_id > {after:UUID} AND lead_id <= {last:UUID} AND gone = 0
             AND lead_id NOT IN (SELECT node_id FROM identity_nodes
               WHERE ws = {ws:UInt32} AND node_id > {after:UUID} AND node_id <= {last:UUID})
       ) GROUP BY id ORDER BY id`,
      { row, params: { ws: workspace, after, last } },
    )
    if (page.length > 0) yield page
    after = last
  }
}

/** Where a page ends: read in the order of the table, and no further than it reaches. */
async function findLast(
  warehouse: Warehouse,
  params: { readonly ws: number; readonly after: NodeId; readonly size: number },
): Promise<NodeId> {
  const [found] = await warehouse.query(
    `SELECT max(node_id) AS id, count() AS n FROM (
       SELECT node_id FROM identity_nodes WHERE ws = {ws:UInt32} AND node_id > {after:UUID}
       ORDER BY node_id LIMIT {size:UInt32})`,
    { row: z.object({ id: z.string(), n: z.coerce.number() }), params },
  )
  return found && found.n === params.size ? found.id : LAST_ID
}
