import { z } from 'zod'
import type { Access } from '../access/access.ts'
import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import { buildRecordId } from '../store/record-id.ts'
import type { Scope } from './bind-path.ts'
import { bindSelect } from './bind-select.ts'
import { groupRecords } from './group-records.ts'
import { parseQuery } from './parse-query.ts'
import { renderRecord, type RenderedRecord } from './render-record.ts'
import { selectRecords } from './select-records.ts'
import { isAggregate, type Query } from './query-tree.ts'
import { SoqlError, unsupportedObject } from './soql-error.ts'

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
    const done = { ok: true, object: object.name } as const
    if (isAggregate(query)) {
      const page = runGrouped(scope, object, { query, includeDeleted })
      return { ...done, page }
    }
    bindSelect(scope, object, query)
    const found = selectRecords(scope, object, { query, includeDeleted })
    if (query.isCount) return { ...done, page: { totalSize: found.length, done: true, records: [] } }
    const ids = found.map((record) => record.id)
    const cursor = { text, ids, expiresAtMs: request.org.clock.nowMs() + CURSOR_LIFE_MS }
    return { ...done, page: renderPage(request, { cursor, start: 0, locator: undefined }) }
  })
}

function runGrouped(
  scope: Scope,
  object: ObjectDefinition,
  search: { readonly query: Query; readonly includeDeleted: boolean },
): QueryPage {
  const { query, includeDeleted } = search
  const plain = { ...query, orderBy: [], limit: undefined, offset: 0 }
  const records = selectRecords(scope, object, { query: plain, includeDeleted })
  const rows = groupRecords(scope, object, { query, records })
  return { totalSize: rows.length, done: true, records: rows }
}

/** All rows of a query at once, with the names of its columns: for Bulk API. */
export function runWholeQuery(
  request: QueryRequest,
  text: string,
  options: { readonly includeDeleted: boolean },
): Exclude<QueryOutcome, { ok: true }> | (QueryOutcome & { ok: true; columns: readonly string[] }) {
  const checked = checkQuery(request, text)
  if (!checked.ok) return checked
  const query = parseQuery(text)
  const object = findObject(request, query.from)
  const scope: Scope = { org: request.org, access: request.access, text }
  const select = bindSelect(scope, object, query)
  const found = selectRecords(scope, object, { query, ...options })
  const rendering = { scope, base: request.base }
  const records = found.map((record) => renderRecord(rendering, record, select))
  const columns = select.paths.map(({ hops, field }) =>
    [...hops.map((hop) => hop.relationshipName ?? hop.name), field.name].join('.'),
  )
  return {
    ok: true,
    object: object.name,
    columns,
    page: { totalSize: records.length, done: true, records },
  }
}

/** Whether Bulk API can run a query: one object, no groups, no subqueries. */
export function checkQuery(
  request: QueryRequest,
  text: string,
): { ok: true; object: string } | { ok: false; code: string; message: string } {
  try {
    const query = parseQuery(text)
    const object = findObject(request, query.from)
    const scope: Scope = { org: request.org, access: request.access, text }
    const { children, paths } = bindSelect(scope, object, query)
    if (paths.some(({ field }) => field.type === 'address')) {
      return { ok: false, code: 'API_ERROR', message: 'Selecting compound data not supported in Bulk Query' }
    }
    if (children.length === 0 && !isAggregate(query) && !query.isCount)
      return { ok: true, object: object.name }
    return { ok: false, code: 'API_ERROR', message: 'Aggregate and nested queries are not supported in Bulk' }
  } catch (error) {
    if (error instanceof SoqlError) return { ok: false, code: error.code, message: error.message }
    throw error
  }
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
  if (object?.isEvent) {
    throw new SoqlError('INVALID_TYPE_FOR_OPERATION', `entity type ${object.name} does not support query`)
  }
  if (object && request.access.canUse(object, 'read')) return object
  throw unsupportedObject(name)
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
  const select = bindSelect(scope, object, query)
  const end = start + pageSize(request, select.paths.length)
  const records = cursor.ids.slice(start, end).flatMap((id) => org.store.get(object.name, id) ?? [])
  const rendered = records.map((record) => renderRecord({ scope, base }, record, select))
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
