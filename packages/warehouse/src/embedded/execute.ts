import { isUtf8 } from 'node:buffer'
import type { StreamInsertFormat } from 'chdb'
import { requireWhole, type Body } from './body.ts'
import { ClickHouseException } from './errors.ts'
import type { ChdbSession } from './load-chdb.ts'
import type { EngineRequest } from './request.ts'
import { toInsertTarget, type InsertTarget } from './statement.ts'

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

/** Formats that can be cut between lines, for bodies of any length. */
const LINE_FORMATS: readonly StreamInsertFormat[] = [
  'JSONEachRow',
  'JSONCompactEachRow',
  'TSV',
  'TabSeparated',
]

/** Runs the request on a session that is set up for it. `tag` is put into the text, so that it can be interrupted. */
export async function execute(session: ChdbSession, request: EngineRequest, tag: string): Promise<Answer> {
  const { statement, data } = request
  const format = statement.format ?? request.format
  if (statement.verb === 'insert' && data) return await insert(session, statement.sql, data)
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

async function insert(session: ChdbSession, sql: string, data: Body): Promise<Answer> {
  const target = toInsertTarget(sql)
  const summary = target
    ? await insertRows(session, target, data)
    : await insertText(session, sql, requireWhole(data))
  return { kind: 'whole', format: 'TabSeparated', bytes: new Uint8Array(0), summary }
}

async function insertRows(session: ChdbSession, target: InsertTarget, data: Body): Promise<Summary> {
  const { table, columns, format } = target
  const into = columns === undefined ? { table } : { table, columns }
  const lines = LINE_FORMATS.find((name) => name === format)
  const result =
    data.kind === 'long' && lines
      ? await session.insert({ ...into, format: lines, values: data.chunks })
      : await session.insert({ ...into, format, values: requireWhole(data) })
  return {
    ...NOTHING,
    writtenRows: result.rowsWritten,
    writtenBytes: result.bytesWritten,
    elapsedS: result.elapsed,
  }
}

/** The way of all other INSERTs (column lists with EXCEPT, expressions): the rows become part of the text. */
async function insertText(session: ChdbSession, sql: string, bytes: Buffer): Promise<Summary> {
  const result = await session.queryAsync(`${sql}\n${decodeText(bytes)}`)
  return { ...NOTHING, elapsedS: result.elapsed }
}

function decodeText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  throw new ClickHouseException(
    48,
    'NOT_IMPLEMENTED',
    'Binary formats cannot be inserted here; use JSONEachRow',
  )
}
