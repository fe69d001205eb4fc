import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { createWarehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { Endpoints } from '../src/instance/endpoints.ts'
import { until } from './until.ts'

export interface EventLoad {
  readonly acknowledged: ReadonlySet<string>
  /** How often each status was answered; 0 for no answer. */
  readonly statuses: ReadonlyMap<number, number>
  /** Until so many more are acknowledged. */
  more(events: number): Promise<void>
  stop(): Promise<void>
}

const CLIENTS = 8
const PAUSE_MS = 5
const ANSWER_WITHIN_MS = 15_000
const PROGRESS_WITHIN_MS = 120_000

/** Clients of the collector, each sending one event after the other; an event that is not acknowledged is not repeated. */
export function startEventLoad(endpoints: Pick<Endpoints, 'collector' | 'writeKey'>): EventLoad {
  const acknowledged = new Set<string>()
  const statuses = new Map<number, number>()
  const end = new AbortController()
  const run = async (client: number): Promise<void> => {
    for (let index = 0; !end.signal.aborted; index += 1) {
      const id = `load-${client}-${index}`
      const status = await send(endpoints, id)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status === 200) acknowledged.add(id)
      await pause(PAUSE_MS)
    }
  }
  const running = Array.from({ length: CLIENTS }, (_, client) => run(client))
  return {
    acknowledged,
    statuses,
    async more(events) {
      const enough = acknowledged.size + events
      await until(
        `${events} more events are acknowledged`,
        () => acknowledged.size >= enough,
        PROGRESS_WITHIN_MS,
      )
    },
    async stop() {
      end.abort()
      await Promise.all(running)
    },
  }
}

async function send({ collector, writeKey }: Pick<Endpoints, 'collector' | 'writeKey'>, messageId: string) {
  const event = { messageId, anonymousId: messageId.replace(/-\d+$/, ''), event: 'Sent Under Load' }
  const answer = await fetch(`${collector}/v1/track`, {
    method: 'POST',
    headers: { authorization: `Bearer ${writeKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(event),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch(() => undefined)
  await answer?.body?.cancel()
  return answer?.status ?? 0
}

const messageRow = z.object({ message_id: z.string() })

/** Waits until every acknowledged event is in ClickHouse; fails with those that are not, and with those that are twice. */
export async function assertStoredOnce(
  { clickhouse }: Endpoints,
  acknowledged: ReadonlySet<string>,
  withinMs = PROGRESS_WITHIN_MS,
): Promise<void> {
  assert.ok(clickhouse)
  const warehouse = createWarehouse(clickhouse)
  let visible: readonly string[] = []
  const missing = (): readonly string[] => {
    const stored = new Set(visible)
    return [...acknowledged].filter((id) => !stored.has(id))
  }
  const endsAt = performance.now() + withinMs
  do {
    await pause(100)
    const rows = await warehouse.query('SELECT message_id FROM events', { row: messageRow })
    visible = rows.map(({ message_id }) => message_id)
  } while (missing().length > 0 && performance.now() < endsAt)
  await warehouse.close()
  assert.deepEqual(missing().slice(0, 5), [], `${missing().length} of ${acknowledged.size} are not stored`)
  assert.equal(new Set(visible).size, visible.length, 'no event is visible twice')
}
