import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { ClickHouseClient } from '@clickhouse/client'
import { formatParam, type Param } from './format-param.ts'

export interface NativeAnswer {
  readonly bytes: Buffer
  readonly rowsRead: number
}

/** Parameters go as a form, however long they are: the client does that for formats of its own only. */
export async function readNative(
  client: ClickHouseClient,
  sql: string,
  params: Readonly<Record<string, Param>> = {},
): Promise<NativeAnswer> {
  const boundary = randomUUID()
  const { stream, summary } = await client.exec({
    query: `${sql} FORMAT Native`,
    values: Readable.from([toForm(params, boundary)], { objectMode: false }),
    http_headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
  })
  return { bytes: await buffer(stream), rowsRead: Number(summary?.read_rows ?? 0) }
}

function toForm(params: Readonly<Record<string, Param>>, boundary: string): Buffer {
  const parts = Object.entries(params).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="param_${name}"\r\n\r\n${formatParam(value)}\r\n`,
  )
  return Buffer.from(`${parts.join('')}--${boundary}--\r\n`)
}
