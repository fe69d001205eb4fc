import { Transport } from 'jsforce/lib/transport.js'
import { failureOf, SalesforceError } from './errors.ts'
import { isLoopback } from './host-rule.ts'

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer | undefined
  readonly timeoutMs: number
}

export interface HttpAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * One HTTP exchange. Rejects with `unreachable` when nothing was sent, and with `no_answer` when the outcome is
 * unknown: it may have been carried out.
 */
export type Exchange = (call: HttpCall) => Promise<HttpAnswer>

/**
 * jsforce's HTTP layer without its Connection: that one hides status and headers of errors, retries reads on
 * its own account and loops on a 401 that outlives a refresh. The deadline is ours, because jsforce's
 * ends with the headers and an answer whose body is cut off would never settle.
 */
export function createExchange(): Exchange {
  const transport = new Transport()
  return async function exchange(call) {
    const request = {
      method: call.method,
      url: call.url,
      headers: { ...call.headers },
      ...(call.body === undefined ? {} : { body: call.body }),
    }
    const pending = transport.httpRequest(request, {
      timeout: call.timeoutMs,
      retry: { maxRetries: 0 },
      followRedirect: false,
      ...(isLoopback(call.url) ? { httpProxy: '' } : {}),
    })
    try {
      const answer = await withDeadline(pending, call.timeoutMs)
      return { status: answer.statusCode, headers: answer.headers, body: answer.body }
    } catch (cause) {
      pending.stream().destroy()
      throw new SalesforceError(failureFrom(cause), { cause })
    }
  }
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

function failureFrom(cause: unknown) {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return NEVER_SENT.has(code)
    ? failureOf({ code: 'unreachable', detail: 'the host cannot be reached; nothing was sent', status: 0 })
    : failureOf({ code: 'no_answer', detail: 'no complete answer; the outcome is unknown', status: 0 })
}

async function withDeadline<T>(work: PromiseLike<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no complete answer within ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}
