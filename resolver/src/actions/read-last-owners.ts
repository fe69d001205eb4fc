import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

const ownerRow = z.object({ rule: z.string(), last_owner: z.string() })

/** To whom each of these rules gave a lead last. */
export async function readLastOwners(
  warehouse: Warehouse,
  ws: number,
  rules: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (rules.length === 0) return new Map()
  const rows = await warehouse.query(
    `SELECT rule, argMax(owner, (version, at, message_id, node_id)) AS last_owner FROM rule_firings FINAL
     WHERE ws = {ws:UInt32} AND rule IN {rules:Array(String)} AND owner != '' GROUP BY rule`,
    { row: ownerRow, params: { ws, rules } },
  )
  return new Map(rows.map(({ rule, last_owner }) => [rule, last_owner]))
}
