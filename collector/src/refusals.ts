import type { Refusal } from '@leadline/contract'

/** Every code that an answer may carry, with its HTTP status. The README says what each means and what to do. */
const STATUSES = {
  invalid_json: 400,
  incomplete_body: 400,
  invalid_encoding: 400,
  invalid_event: 400,
  invalid_field: 400,
  missing_field: 400,
  missing_id: 400,
  forbidden_key: 400,
  duplicate_key: 400,
  too_deep: 400,
  too_many_keys: 400,
  too_many_events: 400,
  missing_key: 401,
  unknown_key: 401,
  invalid_signature: 401,
  origin_not_allowed: 403,
  secret_key_exposed: 403,
  secret_key_needed: 403,
  not_found: 404,
  method_not_allowed: 405,
  body_too_large: 413,
  event_too_large: 413,
  unsupported_content_type: 415,
  unsupported_content_encoding: 415,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const

export type RefusalCode = keyof typeof STATUSES
export const refusalCodes: readonly string[] = Object.keys(STATUSES)

const isCode = (code: string): code is RefusalCode => Object.hasOwn(STATUSES, code)

/** The contract's own refusals carry codes of the same list; refusals.test.ts holds them to it. */
export const statusOf = (code: string): number => (isCode(code) ? STATUSES[code] : 400)

export const refusal = (code: RefusalCode, message: string, field?: string): Refusal =>
  field === undefined ? { code, message } : { code, field, message }
