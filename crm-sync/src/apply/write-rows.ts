import { ACTIVITY } from '../plan/activity.ts'
import { EXTERNAL_ID, type CrmObject, type Operation } from '../plan/operation.ts'
import type { CrmFields } from '../plan/field-values.ts'
import { isCallRetried } from '../retry-policy.ts'
import {
  MAX_ROWS,
  parseRows,
  toDelete,
  toUpdate,
  toUpsert,
  type RowResult,
  type WriteRequest,
} from '../salesforce/collections.ts'
import {
  isGood,
  MAX_WIDE,
  sendComposite,
  toError,
  type CompositeDoor,
  type Subanswer,
} from '../salesforce/composite.ts'
import { SalesforceError } from '../salesforce/errors.ts'

/** What came of one operation. */
export interface Applied {
  readonly operation: Operation
  /** New values as they were sent, references resolved. */
  readonly sent: CrmFields
  readonly result: RowResult
  readonly requestId: string
}

export interface Ready {
  readonly operation: Operation
  readonly sent: CrmFields
  /** Written only if nobody changed the record since it was read. */
  readonly isGuarded?: boolean
}

export interface Group {
  readonly object: CrmObject
  readonly action: Operation['action']
}

export interface WriteOptions {
  /** Salesforce's assignment rules look at new Leads that have no owner of ours. */
  readonly assignmentRules: boolean
}

export interface CallOutcome {
  readonly applied: readonly Applied[]
  /** Why the call failed as a whole, when the same may succeed later. */
  readonly failure?: SalesforceError | undefined
}

/**
 * How many records go into one call. Rows of our own object have no triggers of the customer's, so five collections of
 * them share a call; each has its own transaction.
 */
export const rowsPerCall = ({ object }: Group): number =>
  object === ACTIVITY ? MAX_ROWS * MAX_WIDE : MAX_ROWS

/** Writes records of one kind in one call. What is refused as a whole is halved until what spoils it stands alone. */
export async function writeRows(
  door: CompositeDoor,
  group: Group,
  work: { readonly rows: readonly Ready[]; readonly options: WriteOptions },
): Promise<CallOutcome> {
  const splits = { left: MAX_SPLITS }
  const { rows, options } = work
  if (rows.length <= MAX_ROWS) return await writeOne({ door, group, options, splits }, rows)
  return await writeTogether({ door, group, options, splits }, rows)
}

/** A poison record among 200 is found with 16 calls; where nothing goes through, that is not the way to find out. */
const MAX_SPLITS = 24

interface WriteScope {
  readonly door: CompositeDoor
  readonly group: Group
  readonly options: WriteOptions
  readonly splits: { left: number }
}

async function writeOne(scope: WriteScope, rows: readonly Ready[]): Promise<CallOutcome> {
  try {
    const { value, requestId } = await scope.door.send(toRequest(scope, rows))
    return await settleRows(scope, rows, { results: value, requestId })
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    return await settleRefusal(scope, rows, error)
  }
}

async function writeTogether(scope: WriteScope, rows: readonly Ready[]): Promise<CallOutcome> {
  const parts = chunk(rows)
  let answers: readonly Subanswer[]
  let requestId: string
  try {
    const requests = parts.map((part) => toRequest(scope, part))
    const answered = await sendComposite(scope.door, requests, { lane: 'timeline' })
    ;({ value: answers, requestId } = answered)
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    if (isCallRetried(error.failure.class)) return toFailed(rows, error)
    return await inTurn(parts, (part) => writeOne(scope, part))
  }
  return await inTurn(parts, (part, index) =>
    settleAnswer(scope, part, { answer: answers[index], requestId }),
  )
}

async function settleAnswer(
  scope: WriteScope,
  part: readonly Ready[],
  { answer, requestId }: { readonly answer: Subanswer | undefined; readonly requestId: string },
): Promise<CallOutcome> {
  if (answer === undefined) return { applied: [] }
  if (!isGood(answer)) return await settleRefusal(scope, part, toError(answer))
  return await settleRows(scope, part, { results: parseRows(answer.body, part.length), requestId })
}

async function inTurn(
  parts: readonly (readonly Ready[])[],
  run: (part: readonly Ready[], index: number) => Promise<CallOutcome>,
): Promise<CallOutcome> {
  const applied: Applied[] = []
  let failure: SalesforceError | undefined
  for (const [index, part] of parts.entries()) {
    const outcome = await run(part, index)
    applied.push(...outcome.applied)
    failure ??= outcome.failure
  }
  return { applied, failure }
}

const chunk = (rows: readonly Ready[]): readonly (readonly Ready[])[] =>
  Array.from({ length: Math.ceil(rows.length / MAX_ROWS) }, (_, index) =>
    rows.slice(index * MAX_ROWS, (index + 1) * MAX_ROWS),
  )

/** A trigger or flow that fails because of one record, or of many at once, fails the whole of them. */
const FAILS_TOGETHER = new Set([
  'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
  'CANNOT_EXECUTE_FLOW_TRIGGER',
  'REQUEST_RUNNING_TOO_LONG',
  'OPERATION_TOO_LARGE',
  'UNKNOWN_EXCEPTION',
])

async function settleRows(
  scope: WriteScope,
  rows: readonly Ready[],
  { results, requestId }: { readonly results: readonly RowResult[]; readonly requestId: string },
): Promise<CallOutcome> {
  const failsTogether = results.every((row) => !row.ok && FAILS_TOGETHER.has(row.failure.code))
  if (failsTogether && canSplit(scope, rows)) return await writeHalves(scope, rows)
  return {
    applied: rows.flatMap((ready, index) => {
      const result = results[index]
      return result ? [{ ...ready, result, requestId }] : []
    }),
  }
}

async function settleRefusal(
  scope: WriteScope,
  rows: readonly Ready[],
  error: SalesforceError,
): Promise<CallOutcome> {
  const isTransient = isCallRetried(error.failure.class)
  if (!isTransient && canSplit(scope, rows)) return await writeHalves(scope, rows)
  return isTransient ? toFailed(rows, error) : { applied: toRefused(rows, error) }
}

const toFailed = (rows: readonly Ready[], failure: SalesforceError): CallOutcome => ({
  applied: toRefused(rows, failure),
  failure,
})

const toRefused = (rows: readonly Ready[], { failure }: SalesforceError): readonly Applied[] =>
  rows.map((ready) => ({ ...ready, result: { ok: false, failure }, requestId: '' }))

const canSplit = ({ splits }: WriteScope, rows: readonly Ready[]): boolean =>
  rows.length > 1 && splits.left > 0

async function writeHalves(scope: WriteScope, rows: readonly Ready[]): Promise<CallOutcome> {
  scope.splits.left -= 1
  const middle = Math.ceil(rows.length / 2)
  const first = await writeOne(scope, rows.slice(0, middle))
  if (first.failure)
    return { ...first, applied: [...first.applied, ...toRefused(rows.slice(middle), first.failure)] }
  const second = await writeOne(scope, rows.slice(middle))
  return { applied: [...first.applied, ...second.applied], failure: second.failure }
}

function toRequest({ group, options }: WriteScope, rows: readonly Ready[]): WriteRequest {
  const { object, action } = group
  if (action === 'delete') return toDelete(rows.map(({ operation }) => operation.crmId))
  if (action === 'update')
    return toUpdate(
      object,
      rows.map(({ operation, sent }) => ({ id: operation.crmId, ...sent })),
    )
  return toUpsert(
    { object, externalIdField: EXTERNAL_ID, assigns: options.assignmentRules && !hasOwner(rows) },
    rows.map(({ operation, sent }) => ({ [EXTERNAL_ID]: operation.externalId, ...sent })),
  )
}

const hasOwner = (rows: readonly Ready[]): boolean => rows.some(({ sent }) => sent['OwnerId'] !== undefined)
