import type { Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'

/** A moment next to a write, by its name and how often that name has come in this process. */
export interface WriteMoment {
  /** `insert TABLE`, `append TOPIC`, `delete TABLE`, or `handle TOPIC`: a whole batch, before its position is stored. */
  readonly write: string
  /** 1 for the first of this name. */
  readonly occurrence: number
  readonly when: 'before' | 'after'
}

interface Sinks {
  readonly warehouse: Warehouse
  readonly stream: Stream
}

/** The same warehouse and stream; `onMoment` is told before and after each write, in order of time. */
export function watchWrites({ warehouse, stream }: Sinks, onMoment: (moment: WriteMoment) => void): Sinks {
  const seen = new Map<string, number>()
  const watch = async <Result>(write: string, run: () => Promise<Result>): Promise<Result> => {
    const occurrence = (seen.get(write) ?? 0) + 1
    seen.set(write, occurrence)
    onMoment({ write, occurrence, when: 'before' })
    const result = await run()
    onMoment({ write, occurrence, when: 'after' })
    return result
  }
  return {
    warehouse: {
      ...warehouse,
      insert: async (table, rows) => {
        if (rows.length > 0) await watch(`insert ${table}`, () => warehouse.insert(table, rows))
      },
      command: (sql, params) => {
        const table = params?.['table']
        return watch(`delete ${typeof table === 'string' ? table : 'events_raw'}`, () =>
          warehouse.command(sql, params),
        )
      },
    },
    stream: {
      append: async (topic, values) => {
        if (values.length > 0) await watch(`append ${topic}`, () => stream.append(topic, values))
      },
      consume: (options) =>
        stream.consume({
          ...options,
          handle: (batch) => watch(`handle ${options.topic}`, () => options.handle(batch)),
        }),
      admin: stream.admin,
      close: () => stream.close(),
    },
  }
}
