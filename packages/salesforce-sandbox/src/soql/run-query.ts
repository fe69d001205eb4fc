import { z } from 'zod'
import type { Access } from '../access/access.ts'
import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import { buildRecordId } from '../store/record-id.ts'
import { bindPath, type Scope } from './bind-path.ts'
import { parseQuery } from './parse-query.ts'
import { renderRecord, type RenderedRecord } from './render-record.ts'
import { selectRecords } from './select-records.ts'
import { SoqlError } from './soql-error.ts'

export interface QueryRequest {
  readonly org: Org
  readonly access: Access
  /** `/services/data/v62.0` */
  readonly base: string
  /** As asked for in Sforce-Query-Options. */
  readonly batchSize: number | undefined
}

export interface QueryPage {
  readonly totalSize: number
  readonly done: boolean
  readonly nextRecordsUrl?: string
  readonly records: readonly RenderedRecord[]
}

export type QueryOutcome =
  | { readonly ok: true; readonly object: string; readonly page: QueryPage }
  | { readonly ok: false; readonly code: string; readonly message: string }

const cursorSchema = z.object({ text: z.string(), ids: z.array(z.string()), expiresAtMs: z.number() })
type Cursor = z.infer<typeof cursorSchema>

const CURSOR_LIFE_MS = 2 * 86_400_000
const MAX_FIELDS_PER_PAGE = 40_000

/** Runs a query and gives its first page. */
export function runQuery(request: QueryRequest, text: string, includeDeleted: boolean): QueryOutcome {
  return answer(() => {
    const query = parseQuery(text)
    const object = findObject(request, query.from)
    const scope: Scope = { org: request.org, access: request.access, text }
    for (const path of query.select) bindPath(scope, object, path)
    const found = selectRecords(scope, object, { query, includeDeleted })
    const total = { totalSize: found.length, done: true, records: [] }
    if (query.isCount) return { ok: true, object: object.name, page: total }
    const ids = found.map((record) => record.id)
    const cursor = { text, ids, expiresAtMs: request.org.clock.nowMs() + CURSOR_LIFE_MS }
    return {
      ok: true,
      object: object.name,
      page: renderPage(request, { cursor, start: 0, locator: undefined }),
    }
  })
}

/** A later page: the ids are those found when the query ran, the values are today's. */
export function runQueryMore(request: QueryRequest, locatorAndStart: string): QueryOutcome {
  return answer(() => {
    const [locator = '', start = ''] = locatorAndStart.split('-')
    const cursor = request.org.state.getJson(`cursor:${locator}`, cursorSchema)
    const isValid = cursor && /^\d+$/.test(start) && cursor.expiresAtMs > request.org.clock.nowMs()
    if (!isValid) throw new SoqlError('INVALID_QUERY_LOCATOR', 'invalid query locator')
    const object = findObject(request, parseQuery(cursor.text).from)
    return {
      ok: true,
      object: object.name,
      page: renderPage(request, { cursor, start: Number(start), locator }),
    }
  })
}

function answer(run: () => QueryOutcome): QueryOutcome {
  try {
    return run()
  } catch (error) {
    if (error instanceof SoqlError) return { ok: false, code: error.code, message: error.message }
    throw error
  }
}

function findObject(request: QueryRequest, name: string): ObjectDefinition {
  const object = request.org.schema.object(name)
  if (object && request.access.canUse(object, 'read')) return object
  throw new SoqlError(
    'INVALID_TYPE',
    `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
  )
}

function renderPage(
  request: QueryRequest,
  page: { readonly cursor: Cursor; readonly start: number; readonly locator: string | undefined },
): QueryPage {
  const { org, base } = request
  const { cursor, start } = page
  const query = parseQuery(cursor.text)
  const object = findObject(request, query.from)
  const scope: Scope = { org, access: request.access, text: cursor.text }
  const paths = query.select.map((path) => bindPath(scope, object, path))
  const end = start + pageSize(request, paths.length)
  const records = cursor.ids.slice(start, end).flatMap((id) => org.store.get(object.name, id) ?? [])
  const rendered = records.map((record) => renderRecord({ org, base }, record, paths))
  const totalSize = cursor.ids.length
  if (end >= totalSize) return { totalSize, done: true, records: rendered }
  const locator = page.locator ?? keepCursor(org, cursor)
  return { totalSize, done: false, nextRecordsUrl: `${base}/query/${locator}-${end}`, records: rendered }
}

function keepCursor(org: Org, cursor: Cursor): string {
  for (const key of org.state.keys('cursor:')) {
    if ((org.state.getJson(key, cursorSchema)?.expiresAtMs ?? 0) <= org.clock.nowMs()) org.state.delete(key)
  }
  const locator = buildRecordId('01g', org.state.next('counter:01g'))
  org.state.setJson(`cursor:${locator}`, cursor)
  return locator
}

function pageSize(request: QueryRequest, fieldCount: number): number {
  const asked = Math.min(2000, Math.max(200, request.batchSize ?? 2000))
  const byWidth = Math.floor(MAX_FIELDS_PER_PAGE / Math.max(1, fieldCount))
  return Math.min(asked, request.org.settings.limits.pageSize, byWidth)
}
