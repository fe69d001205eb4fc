import type { Refusal, WireAnswer } from '@leadline/contract'
import type { Acceptance } from './accept.ts'
import { statusOf } from './refusals.ts'

/** What is answered, before it takes the shape of a server's own answers. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Null for none. */
  readonly body: string | null
}

/**
 * With a plain header object: the Hono server writes that directly. Setting headers on a finished Response, as the
 * stock middleware does, makes it build the whole object first.
 */
export const toResponse = ({ status, headers, body }: Answer): Response =>
  new Response(body, { status, headers })

/** No credentials are read, so any page may read the answer; which pages may send is decided by the key. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'retry-after, x-request-id',
} as const

const PREFLIGHT = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST',
  // A star stands for every name but authorization; older browsers do not know it, so the known ones are named.
  'access-control-allow-headers':
    'authorization, content-type, content-encoding, x-retry-count, anonymousid, sentat, x-write-key, *',
  'access-control-max-age': '86400',
} as const

export const preflightAnswer: Answer = { status: 204, headers: PREFLIGHT, body: null }

type Headers = Readonly<Record<string, string>>

/** Of an answer in JSON, with what is said beside. */
export type JsonHeaders = Headers & Readonly<Record<'content-type' | 'x-request-id', string>>

const JSON_HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  ...CORS,
} as const

export const toJsonHeaders = (requestId: string): JsonHeaders => ({
  ...JSON_HEADERS,
  'x-request-id': requestId,
})

export const jsonAnswer = (status: number, body: unknown, headers: Headers = {}): Answer => ({
  status,
  headers: { ...JSON_HEADERS, ...headers },
  body: JSON.stringify(body),
})

export const refusalAnswer = (refusal: Refusal, headers: Headers = {}): Answer =>
  jsonAnswer(statusOf(refusal.code), { success: false, ...refusal }, headers)

const SUCCESS = JSON.stringify({ success: true } satisfies WireAnswer)

/** A single call is answered like Segment does; a batch also says what became of each event. */
export function acceptanceAnswer(
  { accepted, rejected }: Acceptance,
  isSingle: boolean,
  headers: JsonHeaders,
): Answer {
  const first = rejected[0]
  if (isSingle && first !== undefined) return refusalAnswer(withoutPlace(first), headers)
  if (isSingle) return { status: 200, headers, body: SUCCESS }
  const answer: WireAnswer = { success: accepted > 0, accepted, rejected }
  return { status: accepted > 0 ? 200 : 400, headers, body: JSON.stringify(answer) }
}

const withoutPlace = ({ code, field, message }: Refusal): Refusal => ({ code, field, message })

/** A transparent image of one pixel. */
const PIXEL = new Uint8Array(
  Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
)

/** An image for every answer, because a page would show a broken one; the status stays, the body's code is lost. */
export const toPixel = ({ status, headers }: Answer): Response =>
  new Response(PIXEL, { status, headers: { ...headers, 'content-type': 'image/gif' } })
