import type { Applied, ApplyOutcome } from '../apply/apply-plan.ts'
import { isDone } from '../deliveries/build-deliveries.ts'
import { isReference, type Operation, type Plan } from '../plan/operation.ts'
import { isRowRetried } from '../retry-policy.ts'
import type { SalesforceFailure } from '../salesforce/errors.ts'
import { isRowDeletedThere } from './record-round.ts'
import { itemKey, type RoundItem } from './round-tasks.ts'

export type ItemOutcome =
  { readonly to: 'done' | 'parked' } | { readonly to: 'retry'; readonly failure: SalesforceFailure }

export interface RoundCounts {
  readonly created: number
  readonly updated: number
  readonly deleted: number
  readonly skipped: number
}

export interface RoundReport {
  /** By item key. Items without an entry are done. */
  readonly outcomes: ReadonlyMap<string, ItemOutcome>
  /** Contacts that need a later refresh. */
  readonly deferred: ReadonlySet<string>
  /** Keys of items for which something was written. */
  readonly written: ReadonlySet<string>
  readonly counts: RoundCounts
  /** Why a call failed as a whole; what it carried is tried again. */
  readonly failure: SalesforceFailure | undefined
}

const RANK = { done: 0, parked: 1, retry: 2 } as const

export function buildReport(items: readonly RoundItem[], plan: Plan, result: ApplyOutcome): RoundReport {
  const attempts = new Map(items.map((item) => [itemKey(item), item.attempt + 1]))
  const outcomes = new Map<string, ItemOutcome>()
  const note = (keys: readonly string[], outcome: ItemOutcome): void => {
    for (const key of keys) {
      const known = outcomes.get(key)
      if (known === undefined || RANK[known.to] < RANK[outcome.to]) outcomes.set(key, outcome)
    }
  }
  for (const parked of plan.parked) note([itemKey(parked)], { to: 'parked' })
  for (const applied of result.applied) note(applied.operation.workKeys, outcomeOf(applied, attempts))
  for (const applied of result.applied)
    for (const parent of lackingOf(applied, result.applied)) {
      const outcome = outcomeOf(parent, attempts)
      if (outcome.to === 'retry') note(applied.operation.workKeys, outcome)
    }
  for (const operation of result.unsent) noteUnsent(operation, result, note)
  const done = result.applied.filter(isDone)
  return {
    outcomes,
    deferred: new Set(plan.deferred),
    written: new Set(done.flatMap(({ operation }) => operation.workKeys)),
    counts: countOf(done, plan),
    failure: result.failure?.failure,
  }
}

function outcomeOf(applied: Applied, attempts: ReadonlyMap<string, number>): ItemOutcome {
  const { operation, result } = applied
  if (result.ok || isDone(applied) || isRowDeletedThere(applied)) return { to: 'done' }
  const attempt = Math.max(1, ...operation.workKeys.map((key) => attempts.get(key) ?? 1))
  const { failure } = result
  return isRowRetried({ class: failure.class, attempt }) ? { to: 'retry', failure } : { to: 'parked' }
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
