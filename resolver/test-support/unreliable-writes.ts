import type { Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import type { Random } from './random-world.ts'

export interface UnreliableWrites {
  readonly warehouse: Warehouse
  readonly stream: Stream
  /** Writes that failed so far. */
  failures(): number
}

/**
 * The same warehouse and stream, but some writes fail: half of them before anything was written, half after all
 * was (the answer is lost). To a stage both are what a crash at that point is: it starts its batch again.
 */
export function createUnreliableWrites(
  { warehouse, stream }: { readonly warehouse: Warehouse; readonly stream: Stream },
  random: Random,
  failureRate: number,
): UnreliableWrites {
  let failures = 0
  const unreliably = async (write: () => Promise<void>): Promise<void> => {
    const luck = random()
    if (luck < failureRate / 2) {
      failures += 1
      throw new Error('made up: not written')
    }
    await write()
    if (luck < failureRate) {
      failures += 1
      throw new Error('made up: written, but the answer is lost')
    }
  }
  return {
    warehouse: {
      ...warehouse,
      insert: async (table, rows) => {
        if (rows.length > 0) await unreliably(() => warehouse.insert(table, rows))
      },
    },
    stream: {
      append: (topic, values) => unreliably(() => stream.append(topic, values)),
      consume: (options) => stream.consume(options),
      admin: stream.admin,
      close: () => stream.close(),
    },
    failures: () => failures,
  }
}
