import http from 'node:http'
import https from 'node:https'
import { AddressRefused, checkUrl, guardLookup, type AddressRules } from './guard-address.ts'

export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface PostRules extends AddressRules {
  readonly timeoutMs: number
  readonly now: () => number
}

/** What came of it. */
export type PostOutcome =
  | {
      readonly kind: 'answer'
      readonly status: number
      /** When the receiver wants to be asked again, in ms from now. */
      readonly retryAfterMs: number | undefined
      /** A short word that the answer consists of, as those of Slack do; else empty. */
      readonly word: string
    }
  | { readonly kind: 'no_answer'; readonly reason: string }
  | { readonly kind: 'refused_here'; readonly reason: string }

const MAX_ANSWER_BYTES = 64 * 1024
const WORD = /^[a-z][a-z_]{0,62}$/

/** Posts once. Redirects are answers like others: whoever moves tells us by the settings. */
export async function postMessage(post: Post, rules: PostRules): Promise<PostOutcome> {
  const stop = AbortSignal.timeout(rules.timeoutMs)
  try {
    const url = new URL(post.url)
    checkUrl(url, rules)
    const response = await send(url, post, { stop, lookup: guardLookup(url, rules) })
    const text = await readStart(response)
    const { statusCode = 0, headers } = response
    return {
      kind: 'answer',
      status: statusCode,
      retryAfterMs: toRetryAfterMs(headers['retry-after'], rules.now()),
      word: WORD.exec(text.trim())?.[0] ?? '',
    }
  } catch (error) {
    if (error instanceof AddressRefused) return { kind: 'refused_here', reason: error.message }
    if (stop.aborted) return { kind: 'no_answer', reason: `no answer within ${rules.timeoutMs} ms` }
    return { kind: 'no_answer', reason: toReason(error) }
  }
}

interface Sending {
  readonly stop: AbortSignal
  readonly lookup: ReturnType<typeof guardLookup>
}

const send = (url: URL, { headers, body }: Post, { stop, lookup }: Sending): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http
    const sent = request(url, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Leadline',
      },
      lookup,
      signal: stop,
      // A connection that is kept was looked at for another message.
      agent: false,
    })
    sent.once('response', resolve)
    sent.once('error', reject)
    sent.end(body)
  })

async function readStart(response: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of response) {
    const chunk = Buffer.from(part)
    parts.push(chunk)
    bytes += chunk.length
    // Leaving the loop closes the connection.
    if (bytes >= MAX_ANSWER_BYTES) break
  }
  return Buffer.concat(parts).toString('utf8', 0, MAX_ANSWER_BYTES)
}

/** Seconds, or a date. */
function toRetryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return ms > 0 ? ms : undefined
}

/** The code of the failure: messages of sockets name addresses. */
const toReason = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : error instanceof Error
      ? error.name
      : String(error)
