import { z } from 'zod'
import { failureOf, type SalesforceFailure } from './errors.ts'
import type { Send } from './send.ts'

/** Most records of one write call. */
export const MAX_ROWS = 200
/** Most ids of one read call. */
const MAX_READ_IDS = 2000

export type RowResult =
  | { readonly ok: true; readonly id: string; readonly created: boolean }
  | { readonly ok: false; readonly failure: SalesforceFailure }

export interface CallResult {
  /** In the order of the records sent. */
  readonly rows: readonly RowResult[]
  readonly requestId: string
}

export type SalesforceRow = Readonly<Record<string, unknown>>

const rowResult = z.object({
  id: z.string().nullish(),
  success: z.boolean(),
  created: z.boolean().optional(),
  errors: z
    .array(
      z.object({
        statusCode: z.string(),
        message: z.string().default(''),
        fields: z.array(z.string()).default([]),
      }),
    )
    .default([]),
})

function toRowResult(row: z.output<typeof rowResult>): RowResult {
  if (row.success) return { ok: true, id: row.id ?? '', created: row.created ?? false }
  const error = row.errors[0]
  const answer = { code: error?.statusCode ?? 'unknown', detail: error?.message ?? '', status: 200 }
  return { ok: false, failure: failureOf(answer, error?.fields) }
}

const toCallResult = (answered: {
  readonly value: readonly z.output<typeof rowResult>[]
  readonly requestId: string
}): CallResult => ({ rows: answered.value.map(toRowResult), requestId: answered.requestId })

const answerFor = (count: number) => z.array(rowResult).length(count)

/** Creates or updates by external id: the only way we create, because it may be repeated when an answer is lost. */
export async function upsertRows(
  send: Send,
  target: { readonly object: string; readonly externalIdField: string },
  rows: readonly SalesforceRow[],
): Promise<CallResult> {
  return toCallResult(
    await send({
      method: 'PATCH',
      path: `/composite/sobjects/${target.object}/${target.externalIdField}`,
      body: {
        allOrNone: false,
        records: rows.map((row) => ({ attributes: { type: target.object }, ...row })),
      },
      answer: answerFor(rows.length),
    }),
  )
}

/** Each row carries `id`. */
export async function updateRows(
  send: Send,
  object: string,
  rows: readonly SalesforceRow[],
): Promise<CallResult> {
  return toCallResult(
    await send({
      method: 'PATCH',
      path: '/composite/sobjects',
      body: { allOrNone: false, records: rows.map((row) => ({ attributes: { type: object }, ...row })) },
      answer: answerFor(rows.length),
    }),
  )
}

export async function deleteRows(send: Send, ids: readonly string[]): Promise<CallResult> {
  return toCallResult(
    await send({
      method: 'DELETE',
      path: `/composite/sobjects?ids=${ids.join(',')}&allOrNone=false`,
      answer: answerFor(ids.length),
    }),
  )
}

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
      path: `/composite/sobjects/${target.object}`,
      body: { ids: part, fields: target.fields },
      answer: z.array(z.record(z.string(), z.unknown()).nullable()).length(part.length),
    })
    value.forEach((row, index) => row && found.set(part[index] ?? '', row))
  }
  return found
}
