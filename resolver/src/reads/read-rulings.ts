import { NODE_KINDS } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { NodeId } from '../identity/fact-source.ts'
import type { RulingRow } from '../identity/rulings.ts'
import { queryByIds } from './in-chunks.ts'

const rulingRow = z
  .object({
    node_id: z.string(),
    node_type: z.enum(NODE_KINDS),
    other_id: z.string(),
    other_type: z.enum(NODE_KINDS),
    command_id: z.string(),
    ms: z.coerce.number(),
    action: z.enum(['join', 'part', 'quarantine', 'release', 'undo']),
    undoes: z.string(),
  })
  .transform((row): RulingRow => ({
    node: { kind: row.node_type, id: row.node_id },
    other: { kind: row.other_type, id: row.other_id },
    command: row.command_id,
    atMs: row.ms,
    action: row.action,
    undoes: row.undoes,
  }))

const COLUMNS = `node_id, node_type, other_id, other_type, command_id, toUnixTimestamp64Milli(at) AS ms, action, undoes`

/** What operators said of these identifiers. */
export const readRulings = (
  warehouse: Warehouse,
  workspace: number,
  ids: Iterable<NodeId>,
): Promise<readonly RulingRow[]> =>
  queryByIds(warehouse, {
    sql: `SELECT ${COLUMNS} FROM identity_rulings FINAL
      WHERE ws = {ws:UInt32} AND node_id IN {ids:Array(UUID)}`,
    row: rulingRow,
    workspace,
    ids,
  })

/** What one command said, of each of its ends. Reads all rulings of the workspace, which are few. */
export const readRulingsOfCommand = (
  warehouse: Warehouse,
  workspace: number,
  command: string,
): Promise<readonly RulingRow[]> =>
  warehouse.query(
    `SELECT ${COLUMNS} FROM identity_rulings FINAL WHERE ws = {ws:UInt32} AND command_id = {command:UUID}`,
    { row: rulingRow, params: { ws: workspace, command } },
  )

/** Most workspaces have none, and then nothing more need be asked. */
export async function hasRulings(warehouse: Warehouse, workspace: number): Promise<boolean> {
  const rows = await warehouse.query(
    'SELECT 1 AS found FROM identity_rulings WHERE ws = {ws:UInt32} LIMIT 1',
    { row: z.object({ found: z.number() }), params: { ws: workspace } },
  )
  return rows.length > 0
}
