import { createHmac, timingSafeEqual } from 'node:crypto'
import { isObject } from '@leadline/contract'
import { countMembers, cutItems } from '../json-text.ts'
import type { DialectRequest, Door, ReadRequest, WireRequest, WireRequestEvent } from './dialect.ts'
import { parseJson, refuseList, withoutKey } from './read-events.ts'

/**
 * Segment's Webhook destination: the event as Segment has it, or a list of them when batching is on. `X-Signature` is
 * the hexadecimal HMAC-SHA1 of the body with the shared secret; of a list Segment signs the first event alone.
 */
export const segmentWebhookDoors: readonly Door[] = [
  { method: 'POST', path: '/v1/segment/webhook', read: readWebhook },
]

function readWebhook({ text, query, header }: DialectRequest): ReadRequest {
  const cut = cutEvents(text)
  if (!cut.ok) return cut
  const { events, firstOfList } = cut
  const key = query('writeKey')
  return {
    ok: true,
    request: {
      dialect: 'segment-webhook',
      ...(key === undefined ? {} : { key, isKeyInUrl: true as const }),
      events,
      defaults: {},
      signedPart: (secret) => signedPart(secret, header('x-signature') ?? '', [text, firstOfList]),
    },
  }
}

type CutEvents =
  | {
      readonly ok: true
      readonly events: readonly WireRequestEvent[]
      readonly firstOfList?: string | undefined
    }
  | Extract<ReadRequest, { ok: false }>

function cutEvents(text: string): CutEvents {
  const parsed = parseJson(text)
  if (!parsed.ok) return parsed
  const { value } = parsed
  if (isObject(value)) return { ok: true, events: [withoutKey({ text, value, members: countMembers(text) })] }
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  const unfit = refuseList(value)
  if (unfit) return { ok: false, refusal: unfit }
  const cuts = cutItems(text)
  const events = cuts.map((cut, index) => withoutKey({ ...cut, value: list[index] }))
  return { ok: true, events, firstOfList: cuts[0]?.text }
}

type SignedPart = ReturnType<NonNullable<WireRequest['signedPart']>>

function signedPart(
  secret: string,
  signature: string,
  [all, first]: readonly [string, string | undefined],
): SignedPart {
  if (isSignature(secret, signature, all)) return 'all'
  return first !== undefined && isSignature(secret, signature, first) ? 'first event' : undefined
}

function isSignature(secret: string, signature: string, text: string): boolean {
  const expected = createHmac('sha1', secret).update(text, 'utf8').digest('hex')
  const given = signature.trim().toLowerCase()
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))
}
