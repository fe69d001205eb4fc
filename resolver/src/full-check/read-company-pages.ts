import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { NO_NODE, type NodeId } from '../identity/fact-source.ts'

const row = z.object({ id: z.string() })

/** What names a company: a lead, a row of its own, a group's word on its domains, a domain that is attached to it. */
const TABLES = ['company_leads', 'companies_raw', 'group_domains', 'company_domains'] as const

/** All companies of a workspace by pages. */
export async function* readCompanyPages(
  warehouse: Warehouse,
  workspace: number,
  pageSize: number,
): AsyncGenerator<readonly NodeId[]> {
  for (let after = NO_NODE; ;) {
    const named = TABLES.map(
      (table) => `(SELECT DISTINCT company_id AS id FROM ${table}
        WHERE ws = {ws:UInt32} AND company_id > {after:UUID} ORDER BY company_id LIMIT {size:UInt32})`,
    )
    const rows = await warehouse.query(
      `SELECT DISTINCT id FROM (${named.join(' UNION ALL ')}) ORDER BY id LIMIT {size:UInt32}`,
      { row, params: { ws: workspace, after, size: pageSize } },
    )
    const last = rows.at(-1)
    if (last) yield rows.map(({ id }) => id)
    if (!last || rows.length < pageSize) return
    after = last.id
  }
}
