/**
 * What to do about an answer.
 * `retry`: the same again later. `budget`: stop until calls are left. `auth`: the connection needs a person.
 * `repair`: plan again, the record is not what we thought. `config`: an administrator must act.
 * `data`: this record cannot be written as it is. `bug`: our request was wrong.
 */
export type ErrorClass = 'retry' | 'budget' | 'auth' | 'repair' | 'config' | 'data' | 'bug'

export interface SalesforceFailure {
  /** Salesforce's code, or one of ours in lower case (`no_answer`, `auth_broken`, `schema_incomplete`, …). */
  readonly code: string
  readonly class: ErrorClass
  /** HTTP status; 0 when there was no answer, 200 for a row of a collection. */
  readonly status: number
  /** Salesforce's own words. May quote values, so it goes into deliveries and never into a log line. */
  readonly detail: string
  readonly fields: readonly string[]
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

const CLASS_BY_CODE: Readonly<Record<string, ErrorClass>> = {
  INVALID_SESSION_ID: 'auth',
  INVALID_AUTH_HEADER: 'bug',
  API_DISABLED_FOR_ORG: 'auth',
  API_CURRENTLY_DISABLED: 'auth',
  SERVER_UNAVAILABLE: 'retry',
  UNABLE_TO_LOCK_ROW: 'retry',
  UNKNOWN_EXCEPTION: 'retry',
  INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE: 'retry',
  FUNCTIONALITY_TEMPORARILY_UNAVAILABLE: 'retry',
  ALL_OR_NONE_OPERATION_ROLLED_BACK: 'retry',
  PROCESSING_HALTED: 'retry',
  QUERY_TIMEOUT: 'retry',
  REQUEST_RUNNING_TOO_LONG: 'retry',
  ENTITY_IS_LOCKED: 'data',
  CANNOT_UPDATE_CONVERTED_LEAD: 'repair',
  ENTITY_IS_DELETED: 'repair',
  INVALID_CROSS_REFERENCE_KEY: 'repair',
  NOT_FOUND: 'repair',
  DUPLICATE_VALUE: 'repair',
  DUPLICATE_EXTERNAL_ID: 'data',
  DUPLICATES_DETECTED: 'data',
  INVALID_QUERY_LOCATOR: 'retry',
  REQUIRED_FIELD_MISSING: 'data',
  FIELD_CUSTOM_VALIDATION_EXCEPTION: 'data',
  FIELD_INTEGRITY_EXCEPTION: 'data',
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: 'data',
  STRING_TOO_LONG: 'data',
  INVALID_EMAIL_ADDRESS: 'data',
  NUMBER_OUTSIDE_VALID_RANGE: 'data',
  INACTIVE_OWNER_OR_USER: 'data',
  FIELD_FILTER_VALIDATION_EXCEPTION: 'data',
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: 'data',
  INSUFFICIENT_ACCESS_OR_READONLY: 'config',
  INVALID_FIELD: 'config',
  INVALID_FIELD_FOR_INSERT_UPDATE: 'config',
  INVALID_TYPE: 'config',
  STORAGE_LIMIT_EXCEEDED: 'config',
  LIMIT_EXCEEDED: 'config',
  TXN_SECURITY_NO_ACCESS: 'config',
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: 'config',
  CANNOT_EXECUTE_FLOW_TRIGGER: 'config',
  JSON_PARSER_ERROR: 'bug',
  MALFORMED_ID: 'bug',
  MALFORMED_QUERY: 'bug',
  METHOD_NOT_ALLOWED: 'bug',
}

/** A trigger's or flow's error wraps another one: its text says whether trying again can help. */
const WRAPPED_TRANSIENT = /UNABLE_TO_LOCK_ROW|LimitException|CPU time limit|Too many SOQL/

export function classify(answer: { code: string; detail: string; status: number }): ErrorClass {
  const { code, detail, status } = answer
  if (code === 'REQUEST_LIMIT_EXCEEDED') return detail.startsWith('Concurrent') ? 'retry' : 'budget'
  const known = CLASS_BY_CODE[code]
  if (known === 'config' && WRAPPED_TRANSIENT.test(detail)) return 'retry'
  return known ?? classifyStatus(status)
}

/** For codes we do not know: the status says who is to blame. */
function classifyStatus(status: number): ErrorClass {
  if (status === 0 || status === 429 || status >= 500) return 'retry'
  if (status === 401) return 'auth'
  // An org that moved redirects; the next token names its new address.
  if (status >= 300 && status < 400) return 'retry'
  return status === 200 ? 'data' : 'bug'
}

export const failureOf = (
  answer: { code: string; detail: string; status: number },
  fields: readonly string[] = [],
): SalesforceFailure => ({ ...answer, class: classify(answer), fields })
