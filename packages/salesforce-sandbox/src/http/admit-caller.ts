import { dmlError, pass, refuse, type Checked } from '../dml/dml-result.ts'
import type { Trace } from '../log/request-log.ts'
import { findSession, slideSession, type AccessToken } from '../oauth/sessions.ts'
import type { Org } from '../org.ts'
import { createAccess } from '../access/access.ts'
import { countCall, isSpent } from './call-budget.ts'

export interface Caller {
  readonly token: string
  /** Host header: an org that has moved answers under its new name only. */
  readonly host: string | undefined
  /** Requests that have been open for more than 20 seconds. */
  readonly longOpen: number
}

/** The session behind a token, its user's right to the API, and one call of the budget, in this order. */
export function admitCaller(org: Org, { token, host, longOpen }: Caller, trace: Trace): Checked<AccessToken> {
  const session = findSession(org, token)
  const { instanceUrl, highAssurance } = org.cells.auth.get()
  const isMoved = instanceUrl !== null && new URL(instanceUrl).host !== host
  if (!session || isMoved || highAssurance.includes(session.userId)) {
    return refuse(dmlError('INVALID_SESSION_ID', 'Session expired or invalid', { status: 401 }))
  }
  slideSession(org, token, session)
  trace.userId = session.userId
  const isActive = org.store.get('User', session.userId)?.values['IsActive'] === true
  if (!isActive || !createAccess(org, session.userId).has('ApiEnabled')) {
    const message = 'The REST API is not enabled for this Organization or user.'
    return refuse(dmlError('API_DISABLED_FOR_ORG', message, { status: 403 }))
  }
  if (isSpent(org)) {
    return refuse(dmlError('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', { status: 403 }))
  }
  countCall(org)
  trace.counted = true
  if (isCrowded(org, longOpen)) {
    const message = 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'
    return refuse(dmlError('REQUEST_LIMIT_EXCEEDED', message, { status: 403 }))
  }
  return pass(session)
}

function isCrowded(org: Org, longOpen: number): boolean {
  const { isConcurrencyFull = false, concurrentLong } = org.cells.limits.get()
  return isConcurrencyFull || longOpen >= (concurrentLong ?? org.settings.limits.concurrentLong)
}
