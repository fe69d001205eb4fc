import { DEAD_TOPIC, EVENTS_TOPIC, type Refusal, type WireAnswer } from '@leadline/contract'
import type { StreamValue } from '@leadline/stream'
import { authorize, parseAuthorization, refuseProof } from './authorize.ts'
import type { WireRequest, WireRequestEvent } from './dialects/dialect.ts'
import { toIsoText } from './iso-text.ts'
import type { Key, Keys } from './keys.ts'
import { toDeadLetterValue, toEnvelopeValue, type EnvelopeParts, type RecordHead } from './records.ts'
import type { RequestFacts } from './request-facts.ts'
import { findSubjects } from './subjects.ts'
import { messageIdOf, sortEvents, type SortedEvents } from './sort-events.ts'

/** What the decision needs from outside. */
export interface AcceptContext {
  readonly keys: Keys
  readonly now: () => Date
  readonly newId: () => string
  /** What becomes of events behind which there is no person. */
  readonly bots: 'mark' | 'drop'
}

export interface Append {
  readonly topic: string
  readonly values: readonly StreamValue[]
}

export type RejectedEvent = NonNullable<WireAnswer['rejected']>[number]

/** What has to be durable before a request may be answered, and what the answer is then. */
export interface Acceptance {
  readonly key: Key
  /** In this order. */
  readonly appends: readonly Append[]
  readonly good: readonly WireRequestEvent[]
  readonly accepted: number
  /** Of the accepted: answered as stored, and by setting not stored. */
  readonly discarded: number
  readonly rejected: readonly RejectedEvent[]
}

export type Accepted =
  { readonly ok: true; readonly acceptance: Acceptance } | { readonly ok: false; readonly refusal: Refusal }

/** Decides about one request: its good events become one envelope, its bad ones a dead letter each. */
export function acceptRequest(request: WireRequest, facts: RequestFacts, context: AcceptContext): Accepted {
  const presented = parseAuthorization(facts.authorization) ?? request.key
  const authorized = authorize(presented, facts.origin ?? request.page, context.keys)
  if (!authorized.ok) return authorized
  const distrusted = refuseProof(request, authorized.key, facts)
  if (distrusted) return { ok: false, refusal: distrusted }
  const head = {
    key: authorized.key,
    presented: authorized.presented,
    receivedAt: toIsoText(context.now()),
  }
  const sorted = sortEvents(request)
  const subjects = findSubjects(sorted.good, request, facts)
  const isBot = (event: WireRequestEvent): boolean => (subjects.get(event) ?? facts).bot === true
  // A crawler would only learn from another answer that it has been found.
  const kept = context.bots === 'drop' ? sorted.good.filter((event) => !isBot(event)) : sorted.good
  return {
    ok: true,
    acceptance: {
      key: authorized.key,
      appends: toAppends(head, sorted, { request, facts, subjects, events: kept, newId: context.newId }),
      good: sorted.good,
      accepted: sorted.good.length,
      discarded: sorted.good.length - kept.length,
      rejected: sorted.bad.map(toRejected),
    },
  }
}

const toRejected = ({ event, index, refusal }: SortedEvents['bad'][number]): RejectedEvent => ({
  index,
  messageId: messageIdOf(event.value),
  ...refusal,
})

/**
 * Letters first: when the second append fails the client tries again, and a letter written twice does less harm than
 * an event that was given two message ids.
 */
function toAppends(head: RecordHead, { bad }: SortedEvents, parts: EnvelopeParts): readonly Append[] {
  const appends: Append[] = []
  if (bad.length > 0)
    appends.push({ topic: DEAD_TOPIC, values: bad.map((event) => toDeadLetterValue(head, event)) })
  if (parts.events.length > 0) appends.push({ topic: EVENTS_TOPIC, values: [toEnvelopeValue(head, parts)] })
  return appends
}
