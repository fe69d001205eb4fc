import { fromDateTime, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { NodeId } from '../identity/fact-source.ts'
import { queryByIds } from './in-chunks.ts'

/** A stored assignment: the whole time, or one span of a shared cookie. */
export interface StoredAssignment {
  readonly node: NodeId
  readonly fromMs: number
  readonly toMs: number
  /** NO_NODE for an identifier that is void. */
  readonly lead: NodeId
  readonly rule: string
}

const assignmentRow = z
  .object({
    node_id: z.string(),
    from_ts: z.string(),
    to_ts: z.string(),
    lead_id: z.string(),
    rule: z.string(),
  })
  .transform((row): StoredAssignment => ({
    node: row.node_id,
    fromMs: fromDateTime(row.from_ts),
    toMs: fromDateTime(row.to_ts),
    lead: row.lead_id,
    rule: row.rule,
  }))

export const readAssignments = (
  warehouse: Warehouse,
  workspace: number,
  ids: Iterable<NodeId>,
): Promise<readonly StoredAssignment[]> =>
  queryByIds(warehouse, {
    sql: `SELECT node_id, from_ts, to_ts, lead_id, rule FROM identity_assignments FINAL
      WHERE ws = {ws:UInt32} AND node_id IN {ids:Array(UUID)} AND gone = 0`,
    row: assignmentRow,
    workspace,
    ids,
  })

const leadNodeRow = z.object({ lead_id: z.string(), node_id: z.string() })

/** Identifiers assigned to each of these leads, the lead's own not among them. */
export const readLeadNodes = (warehouse: Warehouse, workspace: number, ids: Iterable<NodeId>) =>
  queryByIds(warehouse, {
    sql: `SELECT lead_id, node_id FROM lead_nodes FINAL
      WHERE ws = {ws:UInt32} AND lead_id IN {ids:Array(UUID)} AND gone = 0`,
    row: leadNodeRow,
    workspace,
    ids,
  })
