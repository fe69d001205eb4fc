import { setTimeout } from 'node:timers/promises'
import type { ZodType } from 'zod'
import type { ApiUsage } from '../budget/call-budget.ts'
import type { CallGate } from '../budget/call-gate.ts'
import type { Session, TokenProvider } from '../connection/session.ts'
import { failureOf, SalesforceError, type SalesforceFailure } from './errors.ts'
import type { Exchange, HttpAnswer } from './exchange.ts'
import { parseJson } from './parse-json.ts'
import { readFailure } from './read-failure.ts'
import { isRead, laneOf, type Answered, type SalesforceRequest, type Send } from './request.ts'

export { inLane, type Answered, type SalesforceRequest, type Send } from './request.ts'
export type { ApiUsage } from '../budget/call-budget.ts'

/** In `Sforce-Call-Options`: makes our own changes recognisable in change events. */
export const CLIENT_NAME = 'Leadline'

export interface SendOptions {
  readonly tokens: TokenProvider
  readonly exchange: Exchange
  readonly gate: CallGate
  /** As in `62.0`. */
  readonly apiVersion: string
  readonly timeoutMs?: number
  /** First pause before a read is repeated; it doubles. */
  readonly retryMs: number
  readonly now: () => number
  /** In [0, 1). */
  readonly random: () => number
}

/** Tries of a call that changes nothing. What changes something is never repeated here. */
const READ_TRIES = 3

/**
 * The one door: budget and circuit, token, one renewal per request, deadline, typed errors. A write whose outcome is
 * unknown fails with the class `unknown`.
 */
export function createSend(options: SendOptions): Send {
  return async function send<T>(request: SalesforceRequest<T>): Promise<Answered<T>> {
    for (let attempt = 1; ; attempt += 1) {
      const result = await tryOnce(options, request)
      if ('answered' in result) return result.answered
      if (attempt === READ_TRIES || !isRepeated(request, result.error.failure)) throw result.error
      await setTimeout(options.retryMs * 2 ** (attempt - 1) * (0.1 + 0.9 * options.random()))
    }
  }
}

const isRepeated = (request: SalesforceRequest<unknown>, failure: SalesforceFailure): boolean =>
  isRead(request) && failure.class === 'retry' && failure.retryAtMs === undefined

type Outcome<T> = { readonly answered: Answered<T> } | { readonly error: SalesforceError }

async function tryOnce<T>(options: SendOptions, request: SalesforceRequest<T>): Promise<Outcome<T>> {
  try {
    return { answered: await options.gate.pass(laneOf(request), () => exchangeOnce(options, request)) }
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    return { error: isUnknown(request, error.failure) ? toUnknown(error) : error }
  }
}

async function exchangeOnce<T>(options: SendOptions, request: SalesforceRequest<T>): Promise<Answered<T>> {
  const { tokens } = options
  let session = await tokens.current()
  let answer = await call(options, session, request)
  for (let isLast = false; isExpired(answer); isLast = session.isKept !== true) {
    if (isLast) throw new SalesforceError({ ...readFailure(answer), code: 'auth_broken', class: 'auth' })
    session = await tokens.renew(session)
    answer = await call(options, session, request)
  }
  if (answer.status < 200 || answer.status >= 300) {
    const failure = readFailure(answer)
    if (isOfAnotherHost(failure)) tokens.drop(session)
    throw new SalesforceError(failure)
  }
  return {
    value: readValue(request, answer),
    requestId: answer.headers['x-sfdc-request-id'] ?? '',
    headers: answer.headers,
    serverMs: parseDate(answer.headers['date']),
  }
}

async function call<T>(
  options: SendOptions,
  session: Session,
  request: SalesforceRequest<T>,
): Promise<HttpAnswer> {
  const { exchange, tokens, gate, now, timeoutMs = 60_000 } = options
  gate.noteCall(laneOf(request))
  try {
    const answer = await exchange({
      method: request.method,
      url: session.instanceUrl + pathOf(request.path, options.apiVersion),
      headers: headersOf(session, request),
      body: request.content?.data ?? (request.body === undefined ? undefined : JSON.stringify(request.body)),
      timeoutMs: request.timeoutMs ?? timeoutMs,
    })
    const usage = parseUsage(answer.headers['sforce-limit-info'] ?? '')
    if (usage) gate.budget.noteUsage(usage, now())
    return answer
  } catch (error) {
    tokens.drop(session)
    throw error
  }
}

const pathOf = (path: string, apiVersion: string): string =>
  path.startsWith('/services/') ? path : `/services/data/v${apiVersion}${path}`

function headersOf(session: Session, request: SalesforceRequest<unknown>): Record<string, string> {
  const contentType = request.content?.type ?? (request.body === undefined ? undefined : 'application/json')
  return {
    authorization: `Bearer ${session.accessToken}`,
    accept: request.isText ? 'text/csv' : 'application/json',
    'user-agent': 'leadline',
    'sforce-call-options': `client=${CLIENT_NAME}`,
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    ...request.headers,
  }
}

export function parseUsage(header: string): ApiUsage | undefined {
  const match = /(?:^|[\s;])api-usage=(\d+)\/(\d+)/.exec(header)
  return match ? { used: Number(match[1]), limit: Number(match[2]) } : undefined
}

function parseDate(header: string | undefined): number | undefined {
  const timeMs = Date.parse(header ?? '')
  return Number.isNaN(timeMs) ? undefined : timeMs
}

/** Words of an `INVALID_SESSION_ID` that is a policy of the org, which no new token changes. */
const POLICY = /not valid for use with the REST API|Connected app is not attached/i

/** A 401 that a new token may cure. */
function isExpired(answer: HttpAnswer): boolean {
  if (answer.status !== 401) return false
  const { code, detail } = readFailure(answer)
  return code === 'INVALID_SESSION_ID' && !POLICY.test(detail)
}

/** Where an org moved away, something else answers: the login host knows the new address. */
const isOfAnotherHost = ({ code, status }: SalesforceFailure): boolean =>
  code.startsWith('http_') && status < 500 && status !== 429

const OUTCOME_UNKNOWN = new Set(['no_answer', 'unreadable_answer'])

/** A write may have been carried out when nothing of Salesforce's own says that it was not. */
const isUnknown = (
  request: SalesforceRequest<unknown>,
  { code, status, retryAtMs }: SalesforceFailure,
): boolean =>
  !isRead(request) &&
  retryAtMs === undefined &&
  (OUTCOME_UNKNOWN.has(code) || (code.startsWith('http_') && status >= 500))

const toUnknown = (error: SalesforceError): SalesforceError =>
  new SalesforceError({ ...error.failure, class: 'unknown' }, { cause: error })

/** A good status with a body that is cut off or of another shape: the outcome is unknown, so it counts as none. */
function readValue<T>({ answer: schema, isText }: SalesforceRequest<T>, { body }: HttpAnswer): T {
  const parsed = parseBody(schema, isText ? body : body === '' ? undefined : parseJson(body))
  if ('value' in parsed) return parsed.value
  throw new SalesforceError(
    failureOf({ code: 'unreadable_answer', detail: `${parsed.where} is not as documented`, status: 0 }),
  )
}

function parseBody<T>(schema: ZodType<T>, body: unknown): { value: T } | { where: string } {
  const parsed = schema.safeParse(body)
  return parsed.success ? { value: parsed.data } : { where: parsed.error.issues[0]?.path.join('.') || 'body' }
}
