import { CATALOGUE, type ErrorClass } from './error-catalogue.ts'

export type { ErrorClass } from './error-catalogue.ts'

export interface SalesforceFailure {
  /** Salesforce's code, or one of ours in lower case (`no_answer`, `auth_broken`, `schema_incomplete`, …). */
  readonly code: string
  readonly class: ErrorClass
  /** HTTP status; 0 when there was no answer, 200 for a row of a collection. */
  readonly status: number
  /** Salesforce's own words. May quote values, so it goes into deliveries and never into a log line. */
  readonly detail: string
  readonly fields: readonly string[]
  /** Records that a duplicate rule or a unique field points to. Only single-record calls tell. */
  readonly matches?: readonly RecordMatch[]
  /** Before this, in ms since 1970, no call goes out. */
  readonly retryAtMs?: number
}

export interface RecordMatch {
  readonly object: string
  readonly id: string
}

/** A call that did not give what was asked for. Its message is safe to log. */
export class SalesforceError extends Error {
  override readonly name = 'SalesforceError'
  readonly failure: SalesforceFailure

  constructor(failure: SalesforceFailure, options?: ErrorOptions) {
    super(`Salesforce call failed: ${failure.code} (status ${failure.status}, ${failure.class})`, options)
    this.failure = failure
  }
}

/** A trigger's or flow's error wraps another one: its text says whether trying again can help. */
const WRAPPED_TRANSIENT =
  /UNABLE_TO_LOCK_ROW|LimitException|CPU time limit|Too many SOQL|took too long to evaluate/

/** The limit on calls at the same time has the code of the daily one, and passes in seconds. */
export const isConcurrencyLimit = ({ code, detail }: { code: string; detail: string }): boolean =>
  code === 'REQUEST_LIMIT_EXCEEDED' && detail.startsWith('Concurrent')

export function classify(answer: { code: string; detail: string; status: number }): ErrorClass {
  const { code, detail, status } = answer
  if (code === 'REQUEST_LIMIT_EXCEEDED') return isConcurrencyLimit(answer) ? 'retry' : 'budget'
  const known = CATALOGUE.get(code)?.class
  if (known === 'config' && WRAPPED_TRANSIENT.test(detail)) return 'retry'
  return known ?? classifyStatus(status)
}

/** For codes we do not know: the status says who is to blame. */
function classifyStatus(status: number): ErrorClass {
  if (status === 0 || status === 420 || status === 429 || status >= 500) return 'retry'
  if (status === 401) return 'auth'
  // An org that moved redirects; the next token names its new address.
  if (status >= 300 && status < 400) return 'retry'
  return status === 200 ? 'data' : 'bug'
}

export const failureOf = (
  answer: { code: string; detail: string; status: number },
  fields: readonly string[] = [],
): SalesforceFailure => ({ ...answer, class: classify(answer), fields })
