import { Readable } from 'node:stream'
import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { createConnection, DEFAULT_DATABASE, type WarehouseConnection } from './connection.ts'
import { toNativeBlock } from './native/native-block.ts'
import { readBlocks } from './native/read-blocks.ts'
import { readNative, type NativeAnswer } from './read-native.ts'
import { isConnectionFailure, isRefused, retry } from './retry.ts'
import { toWarehouseError } from './to-warehouse-error.ts'
import type { QueryOptions, Warehouse } from './warehouse.ts'

const RETRY_LIMIT_MS = 10_000

/** A Warehouse over HTTP. Nothing is connected before the first call. */
export function createWarehouse(connection: WarehouseConnection): Warehouse {
  const database = connection.database ?? DEFAULT_DATABASE
  const client = createConnection(connection, database)
  const limitMs = connection.retryLimitMs ?? RETRY_LIMIT_MS
  let rowsRead = 0

  return {
    query: async (sql, options) => {
      const answer = await retry(() => readJson(client, sql, options), isConnectionFailure, limitMs).catch(
        rethrow,
      )
      rowsRead += answer.statistics.rows_read
      return z.array(options.row).parse(answer.data)
    },
    columns: async (sql, { columns, params }) => {
      const read = (): Promise<NativeAnswer> => readNative(client, sql, params)
      const answer = await retry(read, isConnectionFailure, limitMs).catch(rethrow)
      rowsRead += answer.rowsRead
      return { [Symbol.iterator]: () => readBlocks(answer.bytes, columns) }
    },
    insert: async (table, rows) => {
      if (rows.length === 0) return
      const { columns, bytes } = toNativeBlock(rows)
      const into = `${table} (${columns.join(', ')})`
      // Safe to repeat without knowing what became of the first try: each table keeps one row per sort key.
      await retry(() => sendBlock(client, into, bytes), isConnectionFailure, limitMs).catch(rethrow)
    },
    command: async (sql, params) => {
      const run = async (): Promise<unknown> => await client.command({ query: sql, ...toParams(params) })
      await retry(run, isRefused, limitMs).catch(rethrow)
    },
    rowsRead: () => rowsRead,
    ping: async () => (await client.ping()).success,
    close: async () => await client.close(),
  }
}

const answerSchema = z.object({
  data: z.array(z.unknown()),
  statistics: z.object({ rows_read: z.coerce.number() }),
})

async function readJson<Row>(client: ClickHouseClient, sql: string, options: QueryOptions<Row>) {
  const result = await client.query({ query: sql, format: 'JSON', ...toParams(options.params) })
  return answerSchema.parse(await result.json())
}

const toParams = (params: QueryOptions<unknown>['params']) => (params ? { query_params: { ...params } } : {})

/** Ready-made bytes through exec: the client's insert would serialise row by row. */
async function sendBlock(client: ClickHouseClient, into: string, bytes: Buffer): Promise<void> {
  const query = `INSERT INTO ${into} FORMAT Native`
  const { stream } = await client.exec({ query, values: Readable.from([bytes], { objectMode: false }) })
  for await (const _ of stream) void _
}

function rethrow(error: unknown): never {
  throw toWarehouseError(error)
}
