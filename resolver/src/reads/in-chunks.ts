import type { ColumnBlock, ColumnKinds, Param, Warehouse } from '@leadline/warehouse'
import type { ZodType } from 'zod'
import { toChunks } from '../chunks.ts'

/** Ids in one query. More would make the engine's parameter parsing slower than another round trip. */
const MAX_IDS = 2000

interface ChunkedQuery {
  /** Uses `{ws:UInt32}` and `{ids:Array(UUID)}`, the latter on a prefix of the sort key: never a full scan. */
  readonly sql: string
  readonly workspace: number
  readonly ids: Iterable<string>
  /** Further parameters, the same for each chunk. */
  readonly params?: Readonly<Record<string, Param>>
}

export interface IdQuery<Row> extends ChunkedQuery {
  readonly row: ZodType<Row>
}

export interface ColumnIdQuery<Kinds extends ColumnKinds> extends ChunkedQuery {
  readonly columns: Kinds
}

/** Rows for many ids, asked for in chunks. No ids, no query. */
export async function queryByIds<Row>(warehouse: Warehouse, query: IdQuery<Row>): Promise<readonly Row[]> {
  const { sql, row } = query
  const answers = await Promise.all(toParams(query).map((params) => warehouse.query(sql, { row, params })))
  return answers.flat()
}

/** The same, by columns: for what is many rows for each id. */
export async function columnsByIds<Kinds extends ColumnKinds>(
  warehouse: Warehouse,
  query: ColumnIdQuery<Kinds>,
): Promise<Iterable<ColumnBlock<Kinds>>> {
  const { sql, columns } = query
  return concat(
    await Promise.all(toParams(query).map((params) => warehouse.columns(sql, { columns, params }))),
  )
}

const toParams = ({ workspace, ids, params }: ChunkedQuery): readonly Readonly<Record<string, Param>>[] =>
  toChunks([...new Set(ids)], MAX_IDS).map((chunk) => ({ ...params, ws: workspace, ids: chunk }))

function* concat<T>(parts: Iterable<Iterable<T>>): Generator<T> {
  for (const part of parts) yield* part
}
