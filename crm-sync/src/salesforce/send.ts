import { z, type ZodType } from 'zod'
import { failureOf, SalesforceError, type SalesforceFailure } from './errors.ts'
import type { Exchange, HttpAnswer } from './exchange.ts'
import { parseJson, type Session, type TokenProvider } from './token.ts'

export interface SalesforceRequest<T> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/services/data/vXX.X`, with leading slash and query; or a whole `nextRecordsUrl`. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** What a good answer looks like. Anything else is an error. */
  readonly answer: ZodType<T>
}

export interface Answered<T> {
  readonly value: T
  readonly requestId: string
}

/** The one door to Salesforce. Rejects with SalesforceError. */
export type Send = <T>(request: SalesforceRequest<T>) => Promise<Answered<T>>

export interface ApiUsage {
  readonly used: number
  readonly limit: number
}

export interface SendOptions {
  readonly tokens: TokenProvider
  readonly exchange: Exchange
  /** As in `62.0`. */
  readonly apiVersion: string
  readonly timeoutMs?: number
  /** Told after each answer how much of the org's daily calls is used. */
  readonly onUsage?: (usage: ApiUsage) => void
}

export function createSend(options: SendOptions): Send {
  return async function send<T>(request: SalesforceRequest<T>): Promise<Answered<T>> {
    const session = await options.tokens.current()
    let answer = await call(options, session, request)
    if (isExpired(answer)) {
      answer = await call(options, await options.tokens.renew(session), request)
      if (isExpired(answer))
        throw new SalesforceError({ ...readFailure(answer), code: 'auth_broken', class: 'auth' })
    }
    if (answer.status < 200 || answer.status >= 300) {
      const failure = readFailure(answer)
      if (failure.code.startsWith('http_')) options.tokens.drop(session)
      throw new SalesforceError(failure)
    }
    return { value: readValue(request.answer, answer), requestId: answer.headers['x-sfdc-request-id'] ?? '' }
  }
}

async function call<T>(
  { exchange, tokens, apiVersion, timeoutMs = 60_000, onUsage }: SendOptions,
  session: Session,
  request: SalesforceRequest<T>,
): Promise<HttpAnswer> {
  const exchangeOrDrop: Exchange = (httpCall) =>
    exchange(httpCall).catch((error: unknown) => {
      tokens.drop(session)
      throw error
    })
  const path = request.path.startsWith('/services/')
    ? request.path
    : `/services/data/v${apiVersion}${request.path}`
  const answer = await exchangeOrDrop({
    method: request.method,
    url: session.instanceUrl + path,
    headers: {
      authorization: `Bearer ${session.accessToken}`,
      accept: 'application/json',
      'user-agent': 'leadline',
      // Makes our own changes recognisable in change events.
      'sforce-call-options': 'client=leadline',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    },
    body: request.body === undefined ? undefined : JSON.stringify(request.body),
    timeoutMs,
  })
  const usage = parseUsage(answer.headers['sforce-limit-info'] ?? '')
  if (usage) onUsage?.(usage)
  return answer
}

export function parseUsage(header: string): ApiUsage | undefined {
  const match = /api-usage=(\d+)\/(\d+)/.exec(header)
  return match ? { used: Number(match[1]), limit: Number(match[2]) } : undefined
}

/** A 401 that a new token may cure. The others are policies of the org, which no token changes. */
const isExpired = (answer: HttpAnswer): boolean =>
  answer.status === 401 && readFailure(answer).code === 'INVALID_SESSION_ID'

const errorList = z
  .array(
    z.object({
      errorCode: z.string(),
      message: z.string().default(''),
      fields: z.array(z.string()).default([]),
    }),
  )
  .min(1)

function readFailure({ status, body }: HttpAnswer): SalesforceFailure {
  const parsed = errorList.safeParse(parseJson(body))
  const first = parsed.success ? parsed.data[0] : undefined
  if (first === undefined) return foreignFailure(status)
  return failureOf({ code: first.errorCode, detail: first.message, status }, first.fields)
}

const TOO_LONG = new Set([413, 414, 431])

/** Not Salesforce's words: a proxy, a maintenance page, a host that the org has left. It passes by itself. */
const foreignFailure = (status: number): SalesforceFailure => ({
  code: `http_${status}`,
  class: TOO_LONG.has(status) ? 'bug' : 'retry',
  status,
  detail: 'answer without a Salesforce error',
  fields: [],
})

/** A good status with a body that is cut off or of another shape: the outcome is unknown, so it counts as none. */
function readValue<T>(schema: ZodType<T>, answer: HttpAnswer): T {
  const parsed = schema.safeParse(answer.body === '' ? undefined : parseJson(answer.body))
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') || 'body'
  throw new SalesforceError(
    failureOf({ code: 'unreadable_answer', detail: `${where} is not as documented`, status: 0 }),
  )
}
