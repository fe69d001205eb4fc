import type { NodeKind } from '@leadline/contract'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { Fact, NodeId } from '../identity/fact-source.ts'
import { queryByIds } from './in-chunks.ts'

const kind = z.enum(['anon', 'device', 'phone', 'mail', 'user'])

const factRow = z
  .object({
    kind: z.enum(['claim', 'alias', 'join']),
    lo_type: kind,
    lo: z.string(),
    hi_type: kind,
    hi: z.string(),
    via: z.string(),
    first_ms: z.coerce.number(),
    last_ms: z.coerce.number(),
    most_trust: z.number(),
    first_witness: z.string(),
  })
  .transform((row): Fact => ({
    kind: row.kind,
    loKind: row.lo_type,
    lo: row.lo,
    hiKind: row.hi_type,
    hi: row.hi,
    via: row.via,
    firstMs: row.first_ms,
    lastMs: row.last_ms,
    trust: row.most_trust,
    witness: row.first_witness,
  }))

const COLUMNS = `kind, lo_type, lo, hi_type, hi, via,
  toUnixTimestamp64Milli(min(t_first)) AS first_ms, toUnixTimestamp64Milli(max(t_last)) AS last_ms,
  max(trust) AS most_trust, min(witness) AS first_witness`
const UNION = `AND kind IN ('claim', 'alias', 'join') GROUP BY kind, lo_type, lo, hi_type, hi, via`

/** Facts whose lower end is one of these nodes, all of one kind. */
export const readFactsAbove = (
  warehouse: Warehouse,
  workspace: number,
  { loKind, ids }: { readonly loKind: NodeKind; readonly ids: Iterable<NodeId> },
): Promise<readonly Fact[]> =>
  queryByIds(warehouse, {
    sql: `SELECT ${COLUMNS} FROM identity_facts
      WHERE ws = {ws:UInt32} AND lo_type = {lo_type:String} AND lo IN {ids:Array(UUID)} ${UNION}`,
    row: factRow,
    workspace,
    ids,
    params: { lo_type: loKind },
  })

export interface BelowQuery {
  readonly hiKind: NodeKind
  readonly loKinds: readonly NodeKind[]
  readonly ids: Iterable<NodeId>
}

/** Facts whose higher end is one of these nodes, all of one kind, and whose lower end is of one of these kinds. */
export const readFactsBelow = (
  warehouse: Warehouse,
  workspace: number,
  { hiKind, loKinds, ids }: BelowQuery,
): Promise<readonly Fact[]> =>
  queryByIds(warehouse, {
    sql: `SELECT ${COLUMNS} FROM identity_facts_by_hi
      WHERE ws = {ws:UInt32} AND hi_type = {hi_type:String} AND hi IN {ids:Array(UUID)}
        AND lo_type IN {lo_types:Array(String)} ${UNION}`,
    row: factRow,
    workspace,
    ids,
    params: { hi_type: hiKind, lo_types: loKinds },
  })

/** Every fact of a workspace: a full scan. */
export const readAllFacts = (warehouse: Warehouse, workspace: number): Promise<readonly Fact[]> =>
  warehouse.query(`SELECT ${COLUMNS} FROM identity_facts WHERE ws = {ws:UInt32} ${UNION}`, {
    row: factRow,
    params: { ws: workspace },
  })

/** Rows in which they lie, some of them more than once. */
export async function countFactRows(warehouse: Warehouse, workspace: number): Promise<number> {
  const [row] = await warehouse.query('SELECT count() AS n FROM identity_facts WHERE ws = {ws:UInt32}', {
    row: z.object({ n: z.coerce.number() }),
    params: { ws: workspace },
  })
  return row?.n ?? 0
}
