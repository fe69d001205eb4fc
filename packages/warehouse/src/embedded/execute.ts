import { isUtf8 } from 'node:buffer'
import { requireWhole, type Body } from './body.ts'
import { ClickHouseException } from './errors.ts'
import type { Incoming } from './incoming.ts'
import type { ChdbSession } from './load-chdb.ts'
import type { EngineRequest } from './request.ts'
import { toInsertFromFile } from './statement.ts'

/** Counters of the X-ClickHouse-Summary header. They are zero where the engine does not tell. */
export interface Summary {
  readonly readRows: number
  readonly readBytes: number
  readonly writtenRows: number
  readonly writtenBytes: number
  readonly elapsedS: number
}

export type Answer =
  | { readonly kind: 'whole'; readonly format: string; readonly bytes: Uint8Array; readonly summary: Summary }
  | { readonly kind: 'stream'; readonly format: string; readonly chunks: AsyncIterable<Uint8Array> }

const NOTHING: Summary = { readRows: 0, readBytes: 0, writtenRows: 0, writtenBytes: 0, elapsedS: 0 }

/** Formats whose rows stand alone, so that an answer can be sent while it is computed. */
const ROW_FORMATS: ReadonlySet<string> = new Set([
  'JSONEachRow',
  'JSONStringsEachRow',
  'JSONCompactEachRow',
  'JSONCompactStringsEachRow',
  'TabSeparated',
  'TSV',
  'TabSeparatedRaw',
  'TSVRaw',
  'CSV',
  'LineAsString',
])

export interface ExecuteOptions {
  /** Set up for the request. */
  readonly session: ChdbSession
  readonly incoming: Incoming
  /** Put before the text, so that it can be interrupted. */
  readonly tag: string
}

export async function execute(request: EngineRequest, options: ExecuteOptions): Promise<Answer> {
  const { session, tag } = options
  const { statement, data } = request
  const format = statement.format ?? request.format
  if (statement.verb === 'insert' && data) return await insert(statement.sql, data, options)
  const text = data ? `${statement.sql}\n${decodeText(requireWhole(data))}` : statement.sql
  const sql = `${tag} ${text}`
  if (
    !request.wait &&
    ROW_FORMATS.has(format) &&
    (statement.verb === 'select' || statement.verb === 'with')
  ) {
    return await stream(session, sql, format)
  }
  const result = await session.queryAsync(sql, { format })
  const summary = {
    ...NOTHING,
    readRows: result.rowsRead,
    readBytes: result.bytesRead,
    elapsedS: result.elapsed,
  }
  return { kind: 'whole', format, bytes: result.bytes(), summary }
}

/** The first chunk is awaited here, so that most errors come before the answer has begun. */
async function stream(session: ChdbSession, sql: string, format: string): Promise<Answer> {
  const source = session.queryStream(sql, { format })[Symbol.asyncIterator]()
  const first = await source.next()
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (let step = first; !step.done; step = await source.next()) yield step.value.raw()
    } finally {
      await source.return?.()
    }
  }
  return { kind: 'stream', format, chunks: chunks() }
}

async function insert(sql: string, data: Body, { session, incoming, tag }: ExecuteOptions): Promise<Answer> {
  const withFile = toInsertFromFile(sql)
  const run = async (text: string): Promise<Summary> => {
    const result = await session.queryAsync(`${tag} ${text}`)
    return {
      ...NOTHING,
      writtenRows: result.rowsRead,
      writtenBytes: result.bytesRead,
      elapsedS: result.elapsed,
    }
  }
  // All other INSERTs (VALUES, expressions, SELECT FROM input()): the rows become part of the text.
  const summary = withFile
    ? await incoming.hold(data, (path) => run(withFile(path)))
    : await run(`${sql}\n${decodeText(requireWhole(data))}`)
  return { kind: 'whole', format: 'TabSeparated', bytes: new Uint8Array(0), summary }
}

function decodeText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  throw new ClickHouseException(
    48,
    'NOT_IMPLEMENTED',
    'Binary data goes into a plain INSERT only (INSERT INTO table (columns) FORMAT name)',
  )
}
