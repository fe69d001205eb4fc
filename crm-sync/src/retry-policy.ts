import type { ErrorClass } from './salesforce/error-catalogue.ts'

export interface RetryTimes {
  /** First pause of a transient failure; it doubles with each attempt. */
  readonly baseMs: number
  readonly maxMs: number
  /** While a person has to act on the connection or the org's set-up. */
  readonly brokenMs: number
  /** While the org has no calls left: longest pause. It doubles from a minute, as somebody may give it more at once. */
  readonly budgetMs: number
}

export const RETRY_TIMES: RetryTimes = {
  baseMs: 500,
  maxMs: 60_000,
  brokenMs: 60_000,
  budgetMs: 15 * 60_000,
}

const FIRST_BUDGET_MS = 60_000

/** `turn` counts from 0. */
export const budgetPauseMs = ({ budgetMs }: Pick<RetryTimes, 'budgetMs'>, turn: number): number =>
  Math.min(budgetMs, FIRST_BUDGET_MS * 2 ** Math.min(turn, 16))

/**
 * Full jitter, so that what failed together does not come back together; but what is only to be planned anew does, as
 * each round costs calls. `random` is in [0, 1).
 */
export function retryDelayMs(
  failure: { readonly class: ErrorClass; readonly attempt: number },
  times: RetryTimes,
  random: number,
): number {
  if (failure.class === 'budget') return budgetPauseMs(times, failure.attempt)
  // What was described may have been out of date: the next try describes again.
  const isStale = failure.class === 'config' && failure.attempt === 0
  if ((failure.class === 'auth' || failure.class === 'config') && !isStale) return times.brokenMs
  const ceiling = Math.min(times.maxMs, times.baseMs * 2 ** Math.min(failure.attempt, 16))
  return failure.class === 'repair' ? ceiling : Math.ceil(ceiling * (0.1 + 0.9 * random))
}

/** Tries for one record before it waits for a person or for its next change. */
const ROW_ATTEMPTS: Readonly<Record<ErrorClass, number>> = {
  retry: 8,
  unknown: Number.POSITIVE_INFINITY,
  budget: Number.POSITIVE_INFINITY,
  auth: Number.POSITIVE_INFINITY,
  repair: 3,
  config: 1,
  data: 1,
  bug: 1,
}

export interface RowFailure {
  readonly class: ErrorClass
  /** Tries so far. */
  readonly attempt: number
  /** 200 when the record itself was refused; the call as a whole failed otherwise, which is nobody's fault. */
  readonly status?: number
}

/** Whether a record that was refused is tried again. */
export const isRowRetried = ({ class: errorClass, attempt, status = 200 }: RowFailure): boolean =>
  (errorClass === 'retry' && status !== 200) || attempt < ROW_ATTEMPTS[errorClass]

const CALL_RETRIED: ReadonlySet<ErrorClass> = new Set(['retry', 'unknown', 'budget', 'auth', 'config'])

/** Whether a call that failed as a whole may succeed as it is, so that nothing in it is to blame. */
export const isCallRetried = (errorClass: ErrorClass): boolean => CALL_RETRIED.has(errorClass)
