import type { ZodType } from 'zod'
import type { Param } from './format-param.ts'
import type { ColumnBlock, ColumnKinds } from './native/column-reader.ts'
import type { TableRows } from './tables.ts'

export interface QueryOptions<Row> {
  /** Each row is checked against this; JSON column names are those of the SELECT. UInt64 arrive as strings. */
  readonly row: ZodType<Row>
  /** For `{name:Type}` placeholders of the SQL. Never put a value into the SQL text. */
  readonly params?: Readonly<Record<string, unknown>>
}

export interface ColumnQuery<Kinds extends ColumnKinds> {
  /** Names and kinds, in the order of the SELECT: text is String, UUID and Enum8, the rest has to be cast. */
  readonly columns: Kinds
  readonly params?: Readonly<Record<string, Param>>
}

/** ClickHouse over HTTP: the embedded engine and a server answer alike. */
export interface Warehouse {
  query<Row>(sql: string, options: QueryOptions<Row>): Promise<Row[]>
  /**
   * For answers of many rows, a fraction of what `query` costs. The answer is whole and not yet decoded: that happens block
   * by block, each time it is gone through.
   */
  columns<Kinds extends ColumnKinds>(
    sql: string,
    query: ColumnQuery<Kinds>,
  ): Promise<Iterable<ColumnBlock<Kinds>>>
  /** One block: all rows are visible or none. Idempotent by each table's sort key (see migrations). No rows, no call. */
  insert<Table extends keyof TableRows>(table: Table, rows: readonly TableRows[Table][]): Promise<void>
  command(sql: string, params?: Readonly<Record<string, unknown>>): Promise<void>
  /** Rows that all queries of this object read from storage so far, as the engine counts them. */
  rowsRead(): number
  ping(): Promise<boolean>
  close(): Promise<void>
}

/** The engine refused (its code in `code`, e.g. 241 memory) or could not be reached (`code` undefined). */
export class WarehouseError extends Error {
  override readonly name = 'WarehouseError'
  readonly code: number | undefined
  constructor(message: string, code: number | undefined, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
