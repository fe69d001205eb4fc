import { EXTERNAL_ID, type CrmObject, type Operation } from '../plan/operation.ts'
import { isCallRetried } from '../retry-policy.ts'
import {
  parseRows,
  toDelete,
  toUpdate,
  toUpsert,
  type RowResult,
  type WriteRequest,
} from '../salesforce/collections.ts'
import { isGood, toError, type CompositeDoor, type Subanswer } from '../salesforce/composite.ts'
import { SalesforceError } from '../salesforce/errors.ts'
import { nameParents, type Ready } from './parents.ts'

export type { Ready } from './parents.ts'

/** What came of one operation. */
export interface Applied extends Ready {
  readonly result: RowResult
  readonly requestId: string
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

/** Writes up to 200 records of one kind. What is refused as a whole is halved until what spoils it stands alone. */
export async function writeRows(
  door: CompositeDoor,
  group: Group,
  { rows, options }: WriteWork,
): Promise<CallOutcome> {
  return await writeOne({ door, group, options, splits: { left: MAX_SPLITS } }, rows)
}

export interface WriteWork {
  readonly rows: readonly Ready[]
  readonly options: WriteOptions
}

/** Takes over what came of records that were part of a call. */
export async function settleAnswer(
  door: CompositeDoor,
  group: Group,
  {
    rows,
    options,
    answer,
    requestId,
  }: WriteWork & {
    readonly answer: Subanswer | undefined
    readonly requestId: string
  },
): Promise<CallOutcome> {
  const scope = { door, group, options, splits: { left: MAX_SPLITS } }
  if (answer === undefined) return { applied: [] }
  if (!isGood(answer)) return await settleRefusal(scope, rows, toError(answer))
  return await settleRows(scope, rows, { results: parseRows(answer.body, rows.length), requestId })
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
    const { value, requestId } = await scope.door.send(toRequest(scope.group, rows, scope.options))
    return await settleRows(scope, rows, { results: value, requestId })
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    return await settleRefusal(scope, rows, error)
  }
}

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

export const toFailed = (rows: readonly Ready[], failure: SalesforceError): CallOutcome => ({
  applied: toRefused(rows, failure),
  failure,
})

export const toRefused = (rows: readonly Ready[], { failure }: SalesforceError): readonly Applied[] =>
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

export function toRequest(
  { object, action }: Group,
  rows: readonly Ready[],
  options: WriteOptions,
): WriteRequest {
  if (action === 'delete') return toDelete(rows.map(({ operation }) => operation.crmId))
  if (action === 'update')
    return toUpdate(
      object,
      rows.map(({ operation, sent, parents }) => ({ id: operation.crmId, ...sent, ...nameParents(parents) })),
    )
  return toUpsert(
    { object, externalIdField: EXTERNAL_ID, assigns: options.assignmentRules && !hasOwner(rows) },
    rows.map(({ operation, sent, parents }) => ({
      [EXTERNAL_ID]: operation.externalId,
      ...sent,
      ...nameParents(parents),
    })),
  )
}

const hasOwner = (rows: readonly Ready[]): boolean => rows.some(({ sent }) => sent['OwnerId'] !== undefined)
