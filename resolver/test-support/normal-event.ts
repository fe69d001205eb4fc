import type { Envelope } from '@leadline/contract'
import { NO_FURTHER_JUNK } from '../src/normalise/junk.ts'
import { normaliseEvent, type NormalEvent } from '../src/normalise/normalise-event.ts'
import { hash } from './resolve-world.ts'

/** One event on the wire as the stages see it: a browser's track call at noon, unless told otherwise. */
export function readEvent(event: Record<string, unknown>, head: Partial<Envelope> = {}): NormalEvent {
  const envelope: Envelope = {
    v: 1,
    workspace: 1,
    source: 'site',
    dialect: 'segment',
    trust: 'public',
    receivedAt: '2026-11-02T12:00:00.000Z',
    events: [{ messageId: 'm1', type: 'track', timestamp: '2026-11-02T11:00:00.000Z', ...event }],
    ...head,
  }
  const normalised = normaliseEvent(envelope, 0, { hash, junk: NO_FURTHER_JUNK })
  if (!normalised.ok) throw new Error(normalised.reason)
  return normalised.event
}
