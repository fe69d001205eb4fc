import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip, gzipSync } from 'node:zlib'
import { toErrorAnswer } from './errors.ts'
import type { Answer, Summary } from './execute.ts'

export interface RespondOptions {
  readonly gzip: boolean
  /** Of the engine, for error texts. */
  readonly version: string
}

/** Writes the answer. An error in the middle of a stream becomes ClickHouse's exception trailer. */
export async function respond(
  response: ServerResponse,
  answer: Answer,
  options: RespondOptions,
): Promise<void> {
  response.setHeader('X-ClickHouse-Format', answer.format)
  response.setHeader('Content-Type', toContentType(answer.format))
  if (options.gzip) response.setHeader('Content-Encoding', 'gzip')
  if (answer.kind === 'stream') return await respondInParts(response, answer.chunks, options)
  response.setHeader('X-ClickHouse-Summary', toSummaryHeader(answer.summary))
  response.end(options.gzip ? gzipSync(answer.bytes, { level: 1 }) : answer.bytes)
}

/** For errors before the answer has begun; afterwards only the connection can be cut. */
export function respondError(response: ServerResponse, error: unknown, version: string): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { status, code, text } = toErrorAnswer(error, version)
  response.removeHeader('Content-Encoding')
  response.statusCode = status
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8')
  response.setHeader('X-ClickHouse-Exception-Code', String(code))
  if (status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="ClickHouse server HTTP API"')
  response.end(`${text}\n`)
}

async function respondInParts(
  response: ServerResponse,
  chunks: AsyncIterable<Uint8Array>,
  options: RespondOptions,
): Promise<void> {
  const tag = randomBytes(8).toString('hex')
  response.setHeader('X-ClickHouse-Exception-Tag', tag)
  async function* parts(): AsyncGenerator<Uint8Array | string> {
    try {
      yield* chunks
    } catch (error) {
      yield toTrailer(toErrorAnswer(error, options.version).text, tag)
    }
  }
  const source = Readable.from(parts())
  await (options.gzip ? pipeline(source, createGzip({ level: 1 }), response) : pipeline(source, response))
}

/** The length counts the message and its line end, in bytes. */
function toTrailer(message: string, tag: string): string {
  const length = Buffer.byteLength(message) + 1
  return `\r\n__exception__\r\n${tag}\r\n${message}\n${length} ${tag}\r\n__exception__\r\n`
}

const toSummaryHeader = (summary: Summary): string =>
  JSON.stringify({
    read_rows: String(summary.readRows),
    read_bytes: String(summary.readBytes),
    written_rows: String(summary.writtenRows),
    written_bytes: String(summary.writtenBytes),
    elapsed_ns: String(Math.round(summary.elapsedS * 1e9)),
  })

function toContentType(format: string): string {
  if (format.startsWith('JSON') && !format.includes('EachRow')) return 'application/json; charset=UTF-8'
  if (/^(TSV|TabSeparated)/.test(format)) return 'text/tab-separated-values; charset=UTF-8'
  if (format.startsWith('CSV')) return 'text/csv; charset=UTF-8'
  if (/^(Native|RowBinary|Parquet|Arrow|ORC|Avro|MsgPack)/.test(format)) return 'application/octet-stream'
  return 'text/plain; charset=UTF-8'
}
