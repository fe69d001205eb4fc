import type { NodeKind } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { NEVER_FIRST_MS, type NodeId } from '../identity/fact-source.ts'
import { queryByIds } from './in-chunks.ts'

export interface KnownNode {
  readonly id: NodeId
  readonly kind: NodeKind
  readonly value: string
  /** undefined when it was mentioned but never seen. */
  readonly firstSeenMs: number | undefined
}

const nodeRow = z
  .object({
    node_id: z.string(),
    type: z.enum(['anon', 'device', 'phone', 'mail', 'user']),
    any_value: z.string(),
    first_ms: z.coerce.number(),
  })
  .transform((row): KnownNode => ({
    id: row.node_id,
    kind: row.type,
    value: row.any_value,
    firstSeenMs: row.first_ms >= NEVER_FIRST_MS ? undefined : row.first_ms,
  }))

const COLUMNS = 'node_id, type, any(value) AS any_value, toUnixTimestamp64Milli(min(first_seen)) AS first_ms'

export const readNodes = (
  warehouse: Warehouse,
  workspace: number,
  ids: Iterable<NodeId>,
): Promise<readonly KnownNode[]> =>
  queryByIds(warehouse, {
    sql: `SELECT ${COLUMNS} FROM identity_nodes
      WHERE ws = {ws:UInt32} AND node_id IN {ids:Array(UUID)} GROUP BY node_id, type`,
    row: nodeRow,
    workspace,
    ids,
  })

/** Every identifier of a workspace: a full scan. */
export const readAllNodes = (warehouse: Warehouse, workspace: number): Promise<readonly KnownNode[]> =>
  warehouse.query(`SELECT ${COLUMNS} FROM identity_nodes WHERE ws = {ws:UInt32} GROUP BY node_id, type`, {
    row: nodeRow,
    params: { ws: workspace },
  })
