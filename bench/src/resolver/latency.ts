import { setTimeout as delay } from 'node:timers/promises'
import { EVENTS_TOPIC } from '@leadline/contract'
import type { WorldEvent } from '@leadline/resolver/test-support/worlds/world-types.ts'
import type { Warehouse } from '@leadline/warehouse'
import { percentile } from '../measurement.ts'
import { openResolver } from './open-resolver.ts'
import { toEnvelopes } from './to-envelopes.ts'

export interface Latency {
  readonly p50Ms: number
  readonly p99Ms: number
}

const EVENTS_A_SECOND = 100

/** From an event's append until the row that says whose it is can be read. */
export async function measureLatency(events: readonly WorldEvent[]): Promise<Latency> {
  const sentMs = new Map<string, number>()
  const tookMs: number[] = []
  const resolver = await openResolver({ watch: (warehouse) => watchStamps(warehouse, { sentMs, tookMs }) })
  try {
    await resolver.start()
    const startedMs = performance.now()
    for (const [i, event] of events.entries()) {
      const dueMs = startedMs + (i * 1000) / EVENTS_A_SECOND
      if (dueMs > performance.now()) await delay(dueMs - performance.now())
      sentMs.set(event.messageId, performance.now())
      const [value = ''] = toEnvelopes([event], 1)
      await resolver.stream.append(EVENTS_TOPIC, [{ key: String(i), value }])
    }
    await resolver.settle()
  } finally {
    await resolver.close()
  }
  return { p50Ms: percentile(tookMs, 0.5), p99Ms: percentile(tookMs, 0.99) }
}

interface Times {
  readonly sentMs: Map<string, number>
  readonly tookMs: number[]
}

/** The first stamp of an event counts: later ones move it. */
function watchStamps(warehouse: Warehouse, { sentMs, tookMs }: Times): Warehouse {
  return {
    ...warehouse,
    insert: async (table, rows) => {
      await warehouse.insert(table, rows)
      if (table !== 'event_leads') return
      for (const row of rows) {
        const messageId = 'message_id' in row ? row.message_id : undefined
        const sent = messageId === undefined ? undefined : sentMs.get(messageId)
        if (messageId === undefined || sent === undefined) continue
        sentMs.delete(messageId)
        tookMs.push(performance.now() - sent)
      }
    },
  }
}
