import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

/** When a row was written, and what came of that. `at` of a log entry is such a time, that of a firing is not. */
const VOLATILE = ['ws', 'version', 'gone', 'fired_at', 'identity_log.at']

/** What every table of the resolver holds of a workspace, in order, whatever the table: one that is added is compared too. */
export async function readAllRows(
  warehouse: Warehouse,
  ws: number,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const tables = await warehouse.query(
    `SELECT table, groupArray(name) AS columns FROM system.columns
     WHERE database = currentDatabase() AND table NOT LIKE 'crm\\\\_%' AND table != 'settings' AND table IN
       (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree')
     GROUP BY table HAVING has(columns, 'ws') ORDER BY table`,
    { row: z.object({ table: z.string(), columns: z.array(z.string()) }) },
  )
  const contents = await Promise.all(
    tables.map(async ({ table, columns }) => {
      const compared = columns.filter(
        (name) => !VOLATILE.includes(name) && !VOLATILE.includes(`${table}.${name}`),
      )
      const rows = await warehouse.query(
        `SELECT DISTINCT toJSONString(tuple(${compared.join(', ')})) AS line FROM {table:Identifier} FINAL
         WHERE ws = {ws:UInt32} ${columns.includes('gone') ? 'AND gone = 0' : ''} ORDER BY line`,
        { row: z.object({ line: z.string() }), params: { ws, table } },
      )
      return [table, rows.map(({ line }) => line)] as const
    }),
  )
  return Object.fromEntries(contents)
}
