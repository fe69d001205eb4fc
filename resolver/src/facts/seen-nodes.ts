import type { NodeRef } from '../identity/fact-source.ts'
import type { NormalEvent } from '../normalise/normalise-event.ts'

/** An identifier that an event carries, with its value. */
export interface SeenNode extends NodeRef {
  readonly value: string
  /**
   * Times that count as being seen; undefined when the event only mentions it: an alias says nothing about when
   * its user id was in use, and staff acting as a customer are not that customer.
   */
  readonly timeMs: number | undefined
}

export function toSeenNodes(event: NormalEvent): readonly SeenNode[] {
  const { user, mail, anon, impersonated, timeMs } = event
  const seen = impersonated ? undefined : timeMs
  const nodes: SeenNode[] = []
  if (user) nodes.push({ kind: 'user', ...user, timeMs: event.wire.type === 'alias' ? undefined : seen })
  if (mail) nodes.push({ kind: 'mail', ...mail, timeMs: seen })
  if (anon) nodes.push({ kind: 'anon', ...anon, timeMs: seen })
  return nodes
}

const NOTHING: readonly SeenNode[] = []

/** What is recorded beside the identifiers of the rules. */
export function toRecordedNodes({ phone, device, impersonated, timeMs }: NormalEvent): readonly SeenNode[] {
  if (!phone && !device) return NOTHING
  const seen = impersonated ? undefined : timeMs
  const nodes: SeenNode[] = []
  if (phone) nodes.push({ kind: 'phone', ...phone, timeMs: seen })
  if (device) nodes.push({ kind: 'device', ...device, timeMs: seen })
  return nodes
}

/** All identifiers whose facts, traits or events the event may change. */
export function toTouchedNodes(event: NormalEvent): readonly NodeRef[] {
  const { user, mail, anon } = event
  const nodes: NodeRef[] = []
  if (user) nodes.push({ kind: 'user', id: user.id })
  if (mail) nodes.push({ kind: 'mail', id: mail.id })
  if (anon) nodes.push({ kind: 'anon', id: anon.id })
  if (event.previous) {
    nodes.push({ kind: 'anon', id: event.previous.anon }, { kind: 'user', id: event.previous.user })
  }
  return nodes
}
