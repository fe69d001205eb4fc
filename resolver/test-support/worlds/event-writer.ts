import type { Random } from '../random-world.ts'
import type { WorldEvent } from './world-types.ts'
import { between, chance, type Device } from './people.ts'

/** What an event says, without times. */
export type Said = Omit<WorldEvent, 'messageId' | 'timestamp' | 'originalTimestamp' | 'sentAt' | 'receivedAt'>

export interface Happened extends Said {
  readonly atMs: number
  /** The machine it happened on; undefined for a server, whose clock is right. */
  readonly device: Device | undefined
}

const ISO = (ms: number): string => new Date(ms).toISOString()

/** Gives events their ids and times: by the machine's clock, sent a little later, received by ours. */
export function createEventWriter(random: Random) {
  let count = 0
  return (happened: Happened): WorldEvent => {
    const { atMs, device, ...said } = happened
    count += 1
    const skewMs = device?.skewMs ?? 0
    // Some machines are offline for a while.
    const delayMs = chance(random, 0.02) ? between(random, 60_000, 7_200_000) : between(random, 50, 3000)
    const travelMs = between(random, 10, 400)
    return {
      ...said,
      messageId: `m${count}`,
      originalTimestamp: ISO(atMs + skewMs),
      timestamp: ISO(atMs + skewMs),
      sentAt: ISO(atMs + skewMs + delayMs),
      receivedAt: ISO(atMs + delayMs + travelMs),
    }
  }
}

/** The same message once more, a while later. */
export function redeliver(random: Random, event: WorldEvent): WorldEvent {
  const laterMs = between(random, 1000, 20 * 60_000)
  const travelMs = between(random, 0, 300)
  return {
    ...event,
    sentAt: ISO(Date.parse(event.sentAt) + laterMs),
    receivedAt: ISO(Date.parse(event.receivedAt) + laterMs + travelMs),
  }
}
