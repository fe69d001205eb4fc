import { encodeDeadLetter, encodeEnvelope, isObject, type EnvelopeHead } from '@leadline/contract'
import type { StreamValue } from '@leadline/stream'
import type { WireRequest, WireRequestEvent } from './dialects/dialect.ts'
import type { Key } from './keys.ts'
import type { RequestFacts } from './request-facts.ts'
import { messageIdOf, type BadEvent } from './sort-events.ts'
import type { Subjects } from './subjects.ts'

/** What every record of one request has in common. */
export interface RecordHead {
  readonly key: Key
  /** The text of the key, so that it can be kept out. */
  readonly presented: string
  readonly receivedAt: string
}

export interface EnvelopeParts {
  readonly request: WireRequest
  readonly facts: RequestFacts
  readonly subjects: Subjects
  /** The good events, one at least. */
  readonly events: readonly WireRequestEvent[]
  readonly newId: () => string
}

/** One envelope for the good events of a request, keyed by the first one's identifier. */
export function toEnvelopeValue(head: RecordHead, parts: EnvelopeParts): StreamValue {
  const { request, facts, events } = parts
  const { sentAt, context, integrations } = request.defaults
  const envelope: EnvelopeHead = {
    v: 1,
    workspace: head.key.workspace,
    source: head.key.name,
    dialect: request.dialect,
    trust: head.key.trust,
    receivedAt: head.receivedAt,
    address: facts.address,
    userAgent: facts.userAgent,
    bot: facts.bot,
    country: facts.country,
    region: facts.region,
    type: request.single?.type,
    sentAt,
    context,
    integrations,
    assigned: assignIds(events, parts.newId),
    subjects: placeSubjects(events, parts.subjects),
  }
  const texts = events.map((event) => event.text)
  return {
    key: `${head.key.workspace}:${identifierOf(events[0]?.value)}`,
    // Bytes lie outside of the heap: while they wait for the log the garbage collector does not carry them about.
    value: toBytes(withoutSecret(head, encodeEnvelope(envelope, texts))),
  }
}

/** Up to here Buffer takes its bytes out of a pool that is soon used up, which costs a tenth of room of their own. */
const POOLED_BYTES = 4096

/**
 * Outside of the heap, where the garbage collector does not carry it about while it waits for the log; and large ones not
 * in a pool, of which each piece that waits would keep the whole.
 */
function toBytes(text: string): Uint8Array {
  if (text.length < POOLED_BYTES) return Buffer.from(text)
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text))
  bytes.write(text)
  return bytes
}

/** One bad event, whole, with the reason of its refusal. */
export function toDeadLetterValue(head: RecordHead, { event, refusal }: BadEvent): StreamValue {
  const letter = encodeDeadLetter({
    v: 1,
    workspace: head.key.workspace,
    step: 'accept',
    reason: `${refusal.code}: ${refusal.message}`,
    at: head.receivedAt,
    original: Buffer.from(withoutSecret(head, event.text)).toString('base64'),
  })
  return { key: String(head.key.workspace), value: letter }
}

function assignIds(events: readonly WireRequestEvent[], newId: () => string): EnvelopeHead['assigned'] {
  let assigned: Record<string, string> | undefined
  events.forEach((event, index) => {
    if (messageIdOf(event.value) !== undefined) return
    assigned ??= {}
    assigned[index] = newId()
  })
  return assigned
}

function placeSubjects(events: readonly WireRequestEvent[], subjects: Subjects): EnvelopeHead['subjects'] {
  if (subjects.size === 0) return undefined
  return Object.fromEntries(
    events.flatMap((event, index) => {
      const subject = subjects.get(event)
      return subject === undefined ? [] : [[index, subject]]
    }),
  )
}

function identifierOf(value: unknown): string {
  if (!isObject(value)) return ''
  const identifier = value['anonymousId'] ?? value['userId'] ?? value['previousId']
  return typeof identifier === 'string' || typeof identifier === 'number' ? String(identifier) : ''
}

/** A server may repeat its secret key somewhere inside an event. What is stored must not hold it. */
const withoutSecret = ({ key, presented }: RecordHead, text: string): string =>
  key.trust === 'secret' && text.includes(presented) ? text.replaceAll(presented, '[key]') : text
