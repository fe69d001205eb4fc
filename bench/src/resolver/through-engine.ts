import { EVENTS_TOPIC } from '@leadline/contract'
import { toEnvelope } from '@leadline/resolver/test-support/world.ts'
import type { WorldEvent } from '@leadline/resolver/test-support/worlds/world-types.ts'
import type { StreamSettings } from '@leadline/stream'
import { openResolver } from './open-resolver.ts'
import { toEnvelopes } from './to-envelopes.ts'

/** Milliseconds until these events, which lie in a log, are resolved: both stages at once, on an empty engine. */
export async function measureDrain(events: readonly WorldEvent[], log?: StreamSettings): Promise<number> {
  const resolver = await openResolver(log ? { log } : {})
  try {
    const values = toEnvelopes(events, 20).map((value, i) => ({ key: String(i), value }))
    await resolver.stream.append(EVENTS_TOPIC, values)
    const from = performance.now()
    await resolver.start()
    await resolver.settle()
    return performance.now() - from
  } finally {
    await resolver.close()
  }
}

/** What one more event of a lead that has this many costs. */
export interface OneMore {
  readonly rowsRead: number
  /** CPU of the resolver's process. */
  readonly cpuMs: number
}

export async function measureOneMore(eventsOfLead: number): Promise<OneMore> {
  const resolver = await openResolver()
  const send = async (from: number, to: number): Promise<void> => {
    const values = Array.from({ length: to - from }, (_, i) => toVisit(from + i))
    await resolver.stream.append(EVENTS_TOPIC, values)
    await resolver.settle()
  }
  try {
    await resolver.start()
    for (let from = -eventsOfLead; from < 0; from += 5000) await send(from, Math.min(from + 5000, 0))
    await send(0, 1)
    const rowsBefore = resolver.warehouse.rowsRead()
    const cpuBefore = process.cpuUsage()
    await send(1, 2)
    const { user, system } = process.cpuUsage(cpuBefore)
    return { rowsRead: resolver.warehouse.rowsRead() - rowsBefore, cpuMs: (user + system) / 1000 }
  } finally {
    await resolver.close()
  }
}

function toVisit(n: number): { readonly key: string; readonly value: string } {
  const visit = {
    id: `e${n}`,
    at: n * 7,
    type: 'page',
    u: 'ann',
    ...(n === 0 ? { m: 'ann@acme.io' } : {}),
  } as const
  return { key: 'ann', value: JSON.stringify(toEnvelope(1, visit)) }
}
