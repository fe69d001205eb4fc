import { z } from 'zod'
import { failureOf, type SalesforceFailure } from './errors.ts'
import type { Lane } from '../budget/lanes.ts'
import type { SalesforceRequest, Send } from './send.ts'

/** Most records of one write call. */
export const MAX_ROWS = 200
/** Most ids of one read call. */
const MAX_READ_IDS = 2000

export type RowResult =
  | { readonly ok: true; readonly id: string; readonly created: boolean }
  | { readonly ok: false; readonly failure: SalesforceFailure }

export type SalesforceRow = Readonly<Record<string, unknown>>

const textOrNothing = z
  .string()
  .nullish()
  .transform((text) => text ?? '')
const refusal = z.object({
  statusCode: z.string(),
  message: textOrNothing,
  fields: z.array(z.string()).nullish(),
})
const NO_REFUSAL: z.output<typeof refusal> = { statusCode: 'unknown', message: '', fields: [] }

const rowResult = z.object({
  id: z.string().nullish(),
  success: z.boolean(),
  created: z.boolean().nullish(),
  errors: z.array(refusal).nullish(),
})

function toRowResult(row: z.output<typeof rowResult>): RowResult {
  if (row.success) return { ok: true, id: row.id ?? '', created: row.created ?? false }
  const [error = NO_REFUSAL] = row.errors ?? []
  const answer = { code: error.statusCode, detail: error.message, status: 200 }
  return { ok: false, failure: failureOf(answer, error.fields ?? []) }
}

/** What a write is for, when its caller does not say. */
const laneOf = (object: string, action: 'upsert' | 'update'): Lane => {
  if (object === 'Leadline_Activity__c' || object === 'Task') return 'timeline'
  return action === 'upsert' ? 'qualification' : 'fields'
}

const resultsOf = (count: number) =>
  z
    .array(rowResult)
    .length(count)
    .transform((rows) => rows.map(toRowResult))

/** Results in the order of the records sent. */
export const parseRows = (body: unknown, count: number): readonly RowResult[] => resultsOf(count).parse(body)

/** A write of up to 200 records, by itself or within a composite call. */
export type WriteRequest = SalesforceRequest<readonly RowResult[]> & { readonly method: 'PATCH' | 'DELETE' }

export interface UpsertTarget {
  readonly object: string
  readonly externalIdField: string
  /** Whether Salesforce's assignment rules may give new records away. */
  readonly assigns: boolean
}

/** Creates or updates by external id: the only way we create, because it may be repeated when an answer is lost. */
export const toUpsert = (
  { object, externalIdField, assigns }: UpsertTarget,
  rows: readonly SalesforceRow[],
): WriteRequest => ({
  method: 'PATCH',
  lane: laneOf(object, 'upsert'),
  path: `/composite/sobjects/${object}/${externalIdField}`,
  headers: { 'Sforce-Auto-Assign': assigns ? 'TRUE' : 'FALSE' },
  body: { allOrNone: false, records: rows.map((row) => ({ attributes: { type: object }, ...row })) },
  answer: resultsOf(rows.length),
})

/**
 * Of records that exist: assignment rules would take one from the rep who owns it, and a duplicate rule that only alerts
 * has nobody to alert, as what it finds stands there already. One that blocks still does.
 */
export const UPDATE_HEADERS = {
  'Sforce-Auto-Assign': 'FALSE',
  'Sforce-Duplicate-Rule-Header': 'allowSave=true',
} as const

/** Each row carries `id`. */
export const toUpdate = (object: string, rows: readonly SalesforceRow[]): WriteRequest => ({
  method: 'PATCH',
  lane: laneOf(object, 'update'),
  path: '/composite/sobjects',
  headers: UPDATE_HEADERS,
  body: { allOrNone: false, records: rows.map((row) => ({ attributes: { type: object }, ...row })) },
  answer: resultsOf(rows.length),
})

export const toDelete = (ids: readonly string[]): WriteRequest => ({
  method: 'DELETE',
  lane: 'timeline',
  path: `/composite/sobjects?ids=${ids.join(',')}&allOrNone=false`,
  answer: resultsOf(ids.length),
})

/** Records by id; those that are deleted or hidden are absent from the map. */
export async function readRows(
  send: Send,
  target: { readonly object: string; readonly fields: readonly string[] },
  ids: readonly string[],
): Promise<Map<string, SalesforceRow>> {
  const found = new Map<string, SalesforceRow>()
  for (let start = 0; start < ids.length; start += MAX_READ_IDS) {
    const part = ids.slice(start, start + MAX_READ_IDS)
    const { value } = await send({
      method: 'POST',
      isRead: true,
      path: `/composite/sobjects/${target.object}`,
      body: { ids: part, fields: target.fields },
      answer: z.array(z.record(z.string(), z.unknown()).nullable()).length(part.length),
    })
    value.forEach((row, index) => row && found.set(part[index] ?? '', row))
  }
  return found
}
