import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { DEAD_TOPIC, EVENTS_TOPIC, decodeEnvelope, type Envelope } from '@leadline/contract'
import type { TestCollector } from './test-collector.ts'

export interface StoredEvent {
  readonly envelope: Envelope
  /** With the type that its path said. */
  readonly event: Readonly<Record<string, unknown>>
}

export function readStored({ stream }: TestCollector): readonly StoredEvent[] {
  return stream.values(EVENTS_TOPIC).flatMap((line) => {
    const decoded = decodeEnvelope(line)
    assert.ok(decoded.ok)
    const { type, events } = decoded.value
    return events.map((event) => ({
      envelope: decoded.value,
      event: type === undefined ? event : { ...event, type },
    }))
  })
}

/** Waits until so many events are stored. */
export async function untilStored(collector: TestCollector, count: number): Promise<readonly StoredEvent[]> {
  const deadlineMs = Date.now() + 60_000
  while (readStored(collector).length < count && Date.now() < deadlineMs) await pause(10)
  const stored = readStored(collector)
  assert.equal(stored.length, count, [...collector.lines, ...collector.stream.values(DEAD_TOPIC)].join('\n'))
  return stored
}

export const byType = (stored: readonly StoredEvent[], type: string): StoredEvent['event'] | undefined =>
  stored.find(({ event }) => event['type'] === type)?.event
