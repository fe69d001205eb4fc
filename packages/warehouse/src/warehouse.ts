import type { ZodType } from 'zod'
import type { TableRows } from './tables.ts'

export interface QueryOptions<Row> {
  /** Each row is checked against this; JSON column names are those of the SELECT. UInt64 arrive as strings. */
  readonly row: ZodType<Row>
  /** For `{name:Type}` placeholders of the SQL. Never put a value into the SQL text. */
  readonly params?: Readonly<Record<string, unknown>>
}

/** ClickHouse over HTTP: the embedded engine and a server answer alike. */
export interface Warehouse {
  query<Row>(sql: string, options: QueryOptions<Row>): Promise<Row[]>
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
