import type { Applied, ApplyOutcome } from '../apply/apply-plan.ts'
import { isDone } from '../deliveries/build-deliveries.ts'
import { isReference, type Operation, type Plan } from '../plan/operation.ts'
import { isRowRetried } from '../retry-policy.ts'
import { signatureOf } from '../salesforce/error-signature.ts'
import type { SalesforceFailure } from '../salesforce/errors.ts'
import { isRowDeletedThere } from './record-round.ts'
import { itemKey, type RoundItem } from './round-tasks.ts'

export type ItemOutcome =
  { readonly to: 'done' | 'parked' } | { readonly to: 'retry'; readonly failure: SalesforceFailure }

/** Why a subject waits, or is in Salesforce only in part. */
export interface Cause {
  readonly signature: string
  readonly code: string
  readonly message: string
}

export interface RoundCounts {
  readonly created: number
  readonly updated: number
  readonly deleted: number
  readonly skipped: number
}

export interface RoundReport {
  /** By item key. Items without an entry are done. */
  readonly outcomes: ReadonlyMap<string, ItemOutcome>
  /** By item key. Another round has in hand what these need, so they were left alone. */
  readonly held: ReadonlySet<string>
  /** Contacts that need a later refresh. */
  readonly deferred: ReadonlySet<string>
  /** Keys of items for which something was written. */
  readonly written: ReadonlySet<string>
  readonly counts: RoundCounts
  /** By item key: what keeps a subject from being wholly in Salesforce. */
  readonly causes: ReadonlyMap<string, readonly Cause[]>
  /** Describes of the org may be out of date: a field was refused that they allow. */
  readonly isSchemaStale: boolean
  /** Why a call failed as a whole; what it carried is tried again. */
  readonly failure: SalesforceFailure | undefined
}

const RANK = { done: 0, parked: 1, retry: 2 } as const

export interface ReportInput {
  readonly items: readonly RoundItem[]
  readonly plan: Plan
  readonly result: ApplyOutcome
  /** Refused records that the next round plans differently: it knows what is to be left out, or which record is meant. */
  readonly repaired: ReadonlySet<Applied>
  readonly held: ReadonlySet<string>
  /** Keys of links that a poll changed during the round. */
  readonly overtaken: ReadonlySet<string>
}

export function buildReport({ items, plan, result, repaired, held, overtaken }: ReportInput): RoundReport {
  const attempts = new Map(items.map((item) => [itemKey(item), item.attempt + 1]))
  const outcomes = new Map<string, ItemOutcome>()
  const note = (keys: readonly string[], outcome: ItemOutcome): void => {
    for (const key of keys) {
      const known = outcomes.get(key)
      if (known === undefined || RANK[known.to] < RANK[outcome.to]) outcomes.set(key, outcome)
    }
  }
  const outcomeOf = (applied: Applied): ItemOutcome =>
    repaired.has(applied) && !applied.result.ok
      ? { to: 'retry', failure: { ...applied.result.failure, class: 'repair' } }
      : plainOutcomeOf(applied, attempts)
  for (const parked of plan.parked) note([itemKey(parked)], { to: 'parked' })
  for (const applied of result.applied) note(applied.operation.workKeys, outcomeOf(applied))
  for (const applied of result.applied)
    for (const parent of lackingOf(applied, result.applied)) {
      const outcome = outcomeOf(parent)
      if (outcome.to === 'retry') note(applied.operation.workKeys, outcome)
    }
  const known = [...overtaken].filter((key) => attempts.has(key) || key.startsWith('company:'))
  note(known, { to: 'retry', failure: OVERTAKEN })
  for (const operation of result.unsent) noteUnsent(operation, result, note)
  const done = result.applied.filter(isDone)
  return {
    outcomes,
    held,
    deferred: new Set(plan.deferred),
    written: new Set(done.flatMap(({ operation }) => operation.workKeys)),
    counts: countOf(done, plan),
    causes: causesOf(plan, result),
    isSchemaStale: result.applied.some(({ result: row }) => !row.ok && STALE_SCHEMA.has(row.failure.code)),
    failure: result.failure?.failure,
  }
}

const OVERTAKEN: SalesforceFailure = {
  code: 'overtaken',
  class: 'repair',
  status: 0,
  detail: 'the record moved in Salesforce during the round; it is looked at again',
  fields: [],
}

/** What describe should have ruled out. */
const STALE_SCHEMA = new Set([
  'INVALID_FIELD',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
  'STRING_TOO_LONG',
])

function plainOutcomeOf(applied: Applied, attempts: ReadonlyMap<string, number>): ItemOutcome {
  const { operation, result } = applied
  if (result.ok || isDone(applied) || isRowDeletedThere(applied)) return { to: 'done' }
  const attempt = Math.max(1, ...operation.workKeys.map((key) => attempts.get(key) ?? 1))
  const { failure } = result
  const errorClass = STALE_SCHEMA.has(failure.code) ? 'repair' : failure.class
  return isRowRetried({ ...failure, class: errorClass, attempt })
    ? { to: 'retry', failure: { ...failure, class: errorClass } }
    : { to: 'parked' }
}

function causesOf(plan: Plan, { applied }: ApplyOutcome): ReadonlyMap<string, readonly Cause[]> {
  const causes = new Map<string, Cause[]>()
  const add = (keys: readonly string[], cause: Cause): void => {
    for (const key of keys) causes.set(key, [...(causes.get(key) ?? []), cause])
  }
  for (const { object, kind, id, code, message } of plan.parked)
    add([itemKey({ kind, id })], { signature: [object, code, id].join(' | '), code, message })
  for (const { workKey, signature } of plan.omitted)
    add([workKey], { signature, code: 'left_out', message: signature })
  for (const one of applied) {
    const { operation, result } = one
    if (result.ok || isDone(one) || isRowDeletedThere(one)) continue
    const { code, detail } = result.failure
    add(operation.workKeys, {
      signature: signatureOf(operation.object, result.failure),
      code,
      message: detail,
    })
  }
  return causes
}

/** Records that a row was to refer to and was written without, because they could not be made yet. */
function lackingOf({ operation, sent }: Applied, all: readonly Applied[]): readonly Applied[] {
  const lacking = Object.entries(operation.fields).flatMap(([name, { new: value }]) =>
    isReference(value) && !(name in sent) ? [value] : [],
  )
  return all.filter(({ operation: { object, externalId } }) =>
    lacking.some((value) => value.object === object && value.externalId === externalId),
  )
}

/** Rows whose person could not be made share its outcome, which is noted already. */
function noteUnsent(
  operation: Operation,
  { failure }: ApplyOutcome,
  note: (keys: readonly string[], outcome: ItemOutcome) => void,
): void {
  if (failure) note(operation.workKeys, { to: 'retry', failure: failure.failure })
}

function countOf(done: readonly Applied[], plan: Plan): RoundCounts {
  const deleted = done.filter(({ operation }) => operation.action === 'delete').length
  const created = done.filter(({ result }) => result.ok && result.created).length
  return { created, deleted, updated: done.length - deleted - created, skipped: plan.skipped }
}
