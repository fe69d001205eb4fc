/** Usual message and single-call status of errors that a fault may name by code alone. */
const PRESETS: Readonly<Record<string, { readonly message: string; readonly status: number }>> = {
  UNABLE_TO_LOCK_ROW: {
    message: 'unable to obtain exclusive access to this record or 1 records',
    status: 400,
  },
  REQUEST_LIMIT_EXCEEDED: { message: 'TotalRequests Limit exceeded.', status: 403 },
  INVALID_SESSION_ID: { message: 'Session expired or invalid', status: 401 },
  SERVER_UNAVAILABLE: { message: 'server too busy', status: 503 },
  UNKNOWN_EXCEPTION: {
    message: 'An unexpected error occurred. Please include this ErrorId if you contact support: 1-1 (1)',
    status: 500,
  },
  DUPLICATES_DETECTED: { message: 'Use one of these records?', status: 400 },
  STORAGE_LIMIT_EXCEEDED: { message: 'storage limit exceeded', status: 400 },
  ENTITY_IS_LOCKED: { message: 'the entity is locked for editing', status: 400 },
  QUERY_TIMEOUT: { message: 'Your query request was running too long.', status: 400 },
  API_DISABLED_FOR_ORG: {
    message: 'The REST API is not enabled for this Organization or user.',
    status: 403,
  },
  FIELD_CUSTOM_VALIDATION_EXCEPTION: { message: 'A validation rule refused this record.', status: 400 },
  INSUFFICIENT_ACCESS_OR_READONLY: { message: 'insufficient access rights on object id', status: 403 },
}

export function presetOf(code: string): { readonly message: string; readonly status: number } {
  return PRESETS[code] ?? { message: code, status: 400 }
}
