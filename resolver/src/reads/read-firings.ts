import { fromDateTime, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { NodeId } from '../identity/fact-source.ts'
import type { StoredFiring } from '../qualification/find-firings.ts'
import { queryByIds } from './in-chunks.ts'

const firingRow = z
  .object({
    rule: z.string(),
    node_id: z.string(),
    message_id: z.string(),
    at: z.string(),
    owner: z.string(),
  })
  .transform((row): StoredFiring => ({
    rule: row.rule,
    node: row.node_id,
    messageId: row.message_id,
    atMs: fromDateTime(row.at),
    owner: row.owner,
  }))

/** By the identifiers of the events they fired with. */
export const readFirings = (
  warehouse: Warehouse,
  workspace: number,
  ids: Iterable<NodeId>,
): Promise<readonly StoredFiring[]> =>
  queryByIds(warehouse, {
    sql: `SELECT rule, node_id, message_id, at, owner FROM rule_firings FINAL
      WHERE ws = {ws:UInt32} AND node_id IN {ids:Array(UUID)}`,
    row: firingRow,
    workspace,
    ids,
  })
