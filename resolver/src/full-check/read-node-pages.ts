import { NODE_KINDS } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { NO_NODE, type NodeRef } from '../identity/fact-source.ts'

const row = z
  .object({ id: z.string(), kind: z.enum(NODE_KINDS) })
  .transform(({ id, kind }): NodeRef => ({ id, kind }))

/**
 * All identifiers of a workspace by pages, and the leads of which no identifier is known: those should not be there, and
 * are looked at as cookies, which nothing hangs on.
 */
export async function* readNodePages(
  warehouse: Warehouse,
  workspace: number,
  pageSize: number,
): AsyncGenerator<readonly NodeRef[]> {
  for (let after = NO_NODE; ;) {
    const page = await warehouse.query(
      `SELECT id, min(known) AS kind FROM (
         SELECT node_id AS id, CAST(type, 'String') AS known FROM identity_nodes
           WHERE ws = {ws:UInt32} AND node_id > {after:UUID}
         UNION ALL
         SELECT lead_id AS id, 'anon' AS known FROM leads_raw FINAL
           WHERE ws = {ws:UInt32} AND lead_id > {after:UUID} AND gone = 0
             AND lead_id NOT IN (SELECT node_id FROM identity_nodes WHERE ws = {ws:UInt32})
       ) GROUP BY id ORDER BY id LIMIT {size:UInt32}`,
      { row, params: { ws: workspace, after, size: pageSize } },
    )
    const last = page.at(-1)
    if (!last) return
    yield page
    after = last.id
  }
}
