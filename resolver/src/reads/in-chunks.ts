import type { Warehouse } from '@leadline/warehouse'
import type { ZodType } from 'zod'
import { toChunks } from '../chunks.ts'

/** Ids in one query. More would make the engine's parameter parsing slower than another round trip. */
const MAX_IDS = 2000

export interface IdQuery<Row> {
  /** Uses `{ws:UInt32}` and `{ids:Array(UUID)}`, the latter on a prefix of the sort key: never a full scan. */
  readonly sql: string
  readonly row: ZodType<Row>
  readonly workspace: number
  readonly ids: Iterable<string>
  /** Further parameters, the same for each chunk. */
  readonly params?: Readonly<Record<string, unknown>>
}

/** Rows for many ids, asked for in chunks. No ids, no query. */
export async function queryByIds<Row>(warehouse: Warehouse, query: IdQuery<Row>): Promise<readonly Row[]> {
  const { sql, row, workspace, ids, params } = query
  const chunks = toChunks([...new Set(ids)], MAX_IDS)
  const answers = await Promise.all(
    chunks.map((chunk) => warehouse.query(sql, { row, params: { ...params, ws: workspace, ids: chunk } })),
  )
  return answers.flat()
}
