import {
  NEVER_FIRST_MS,
  NEVER_LAST_MS,
  NO_NODE,
  TRUST,
  type Fact,
  type NodeRef,
} from '../identity/fact-source.ts'
import type { NormalEvent } from '../normalise/normalise-event.ts'

/** What one event says about identity. An impersonated event claims nothing, it only mentions. */
export function extractFacts(event: NormalEvent): readonly Fact[] {
  if (!event.user && !event.mail) return NOTHING
  return event.impersonated
    ? extractClaims(event).map(toMention)
    : [...extractClaims(event), ...extractAliases(event)]
}

const NOTHING: readonly Fact[] = []

const toMention = (fact: Fact): Fact => ({
  ...fact,
  firstMs: NEVER_FIRST_MS,
  lastMs: NEVER_LAST_MS,
  trust: TRUST.mention,
})

function extractClaims(event: NormalEvent): readonly Fact[] {
  const { user, mail, anon } = event
  const facts: Fact[] = []
  if (mail && user) facts.push(toFact(event, node('mail', mail.id), node('user', user.id)))
  if (anon && user) facts.push(toFact(event, node('anon', anon.id), node('user', user.id)))
  if (anon && mail)
    facts.push({ ...toFact(event, node('anon', anon.id), node('mail', mail.id)), via: user?.id ?? NO_NODE })
  return [...facts, ...extractRecorded(event)]
}

/** Phones and devices beside the one who named them. No rule reads these: they may belong to a family. */
function extractRecorded(event: NormalEvent): readonly Fact[] {
  const { user, mail, phone, device } = event
  const owner = user ? node('user', user.id) : mail ? node('mail', mail.id) : undefined
  if (!owner) return []
  return [
    ...(phone ? [toFact(event, node('phone', phone.id), owner)] : []),
    ...(device ? [toFact(event, node('device', device.id), owner)] : []),
  ]
}

/** Both readings are kept: which one applies depends on whether the old identifier is a known cookie or user. */
function extractAliases(event: NormalEvent): readonly Fact[] {
  const { user, previous } = event
  if (!user || !previous) return []
  const facts: Fact[] = [
    { ...toFact(event, node('anon', previous.anon), node('user', user.id)), kind: 'alias' },
  ]
  if (previous.user !== user.id)
    facts.push({ ...toFact(event, node('user', previous.user), node('user', user.id)), kind: 'alias' })
  return facts
}

const node = (kind: NodeRef['kind'], id: string): NodeRef => ({ kind, id })

const toFact = (event: NormalEvent, lo: NodeRef, hi: NodeRef): Fact => ({
  kind: 'claim',
  loKind: lo.kind,
  lo: lo.id,
  hiKind: hi.kind,
  hi: hi.id,
  via: NO_NODE,
  firstMs: event.timeMs,
  lastMs: event.timeMs,
  trust: event.trust,
  witness: event.messageId,
})
