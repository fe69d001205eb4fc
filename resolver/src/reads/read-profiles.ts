import { fromDateTime, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { Trait } from '../facts/extract-traits.ts'
import type { NodeId } from '../identity/fact-source.ts'
import { queryByIds } from './in-chunks.ts'

const traitRow = z
  .object({
    node_id: z.string(),
    key: z.string(),
    value: z.string(),
    source: z.string(),
    message_id: z.string(),
    ts: z.string(),
    rank_text: z.string(),
  })
  .transform((row): Trait => ({
    node: row.node_id,
    key: row.key,
    value: row.value,
    source: row.source,
    messageId: row.message_id,
    timeMs: fromDateTime(row.ts),
    rank: BigInt(row.rank_text),
  }))

const ALL = `SELECT node_id, key, value, source, message_id, ts, toString(rank) AS rank_text
  FROM traits FINAL WHERE ws = {ws:UInt32}`

/** Every trait of a workspace: a full scan. */
export const readAllTraits = (warehouse: Warehouse, workspace: number): Promise<readonly Trait[]> =>
  warehouse.query(ALL, { row: traitRow, params: { ws: workspace } })

export const readTraits = (
  warehouse: Warehouse,
  workspace: number,
  ids: Iterable<NodeId>,
): Promise<readonly Trait[]> =>
  queryByIds(warehouse, {
    sql: `${ALL} AND node_id IN {ids:Array(UUID)}`,
    row: traitRow,
    workspace,
    ids,
  })
