import { NODE_KINDS, type NodeKind } from '@leadline/contract'
import type { ColumnBlock, Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { NEVER_FIRST_MS, type NodeId } from '../identity/fact-source.ts'
import { columnsByIds } from './in-chunks.ts'

export interface KnownNode {
  readonly id: NodeId
  readonly kind: NodeKind
  readonly value: string
  /** undefined when it was mentioned but never seen. */
  readonly firstSeenMs: number | undefined
}

const NODE_COLUMNS = { node_id: 'text', type: 'text', any_value: 'text', first_ms: 'number' } as const
const nodeKind = z.enum(NODE_KINDS)

function* toNodes(blocks: Iterable<ColumnBlock<typeof NODE_COLUMNS>>): Generator<KnownNode> {
  for (const { rows, columns } of blocks) {
    for (let row = 0; row < rows; row += 1) {
      const firstMs = columns.first_ms.at(row)
      yield {
        id: columns.node_id.at(row),
        kind: nodeKind.parse(columns.type.at(row)),
        value: columns.any_value.at(row),
        firstSeenMs: firstMs >= NEVER_FIRST_MS ? undefined : firstMs,
      }
    }
  }
}

const SELECT = `SELECT node_id, type, any(value) AS any_value, toUnixTimestamp64Milli(min(first_seen)) AS first_ms
  FROM identity_nodes WHERE ws = {ws:UInt32}`
const UNION = 'GROUP BY node_id, type'

export async function readNodes(
  warehouse: Warehouse,
  workspace: number,
  ids: Iterable<NodeId>,
): Promise<readonly KnownNode[]> {
  const sql = `${SELECT} AND node_id IN {ids:Array(UUID)} ${UNION}`
  return [...toNodes(await columnsByIds(warehouse, { sql, columns: NODE_COLUMNS, workspace, ids }))]
}

/** Every identifier of a workspace: a full scan. */
export async function readAllNodes(warehouse: Warehouse, workspace: number): Promise<Iterable<KnownNode>> {
  const query = { columns: NODE_COLUMNS, params: { ws: workspace } }
  return toNodes(await warehouse.columns(`${SELECT} ${UNION}`, query))
}
