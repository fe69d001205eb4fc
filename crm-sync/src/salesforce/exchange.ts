import { Agent, request as requestHttp, type IncomingMessage } from 'node:http'
import { Agent as TlsAgent, request as requestHttps } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { readProxies, type Proxies } from '../config.ts'
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
 * Node's own client. That of jsforce 3.10 takes a whole answer for one that was cut off when the other side closes the
 * connection at once, and notices neither before the deadline. Each call has a connection of its own: one that is kept
 * may be closed just as a write goes out, and then nobody knows what became of it.
 */
export function createExchange(proxies: Proxies = readProxies()): Exchange {
  return async function exchange(call) {
    try {
      const answer = await open(call, proxies)
      const body = await unpack(answer)
      return { status: answer.statusCode ?? 0, headers: toHeaders(answer), body }
    } catch (cause) {
      throw new SalesforceError(failureFrom(cause), { cause })
    }
  }
}

function open(
  { method, url, headers, body, timeoutMs }: HttpCall,
  proxies: Proxies,
): Promise<IncomingMessage> {
  const isTls = url.startsWith('https:')
  // A proxy does not reach what listens on this machine alone.
  const options = isLoopback(url) ? {} : { proxyEnv: { ...proxies } }
  const request = (isTls ? requestHttps : requestHttp)(url, {
    method,
    headers: { 'accept-encoding': 'gzip', ...headers },
    agent: isTls ? new TlsAgent(options) : new Agent(options),
    signal: AbortSignal.timeout(timeoutMs),
  })
  return new Promise((resolve, reject) => {
    request.on('response', resolve).on('error', reject).end(body)
  })
}

const decompress = promisify(gunzip)

/** Rejects when the connection ends before the body does. */
async function unpack(answer: IncomingMessage): Promise<string> {
  const bytes = await buffer(answer)
  const isPacked = answer.headers['content-encoding'] === 'gzip' && bytes.length > 0
  return (isPacked ? await decompress(bytes) : bytes).toString('utf8')
}

const toHeaders = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]))

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** The other side is not who it should be, so nothing was told to it. */
const UNTRUSTED = /^(?:CERT_|ERR_TLS_CERT|ERR_PROXY_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY))/

function failureFrom(cause: unknown) {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return NEVER_SENT.has(code) || UNTRUSTED.test(code)
    ? failureOf({
        code: 'unreachable',
        detail: `the host cannot be reached (${code}); nothing was sent`,
        status: 0,
      })
    : failureOf({ code: 'no_answer', detail: 'no complete answer; the outcome is unknown', status: 0 })
}
