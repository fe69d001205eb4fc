import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBroker, type Broker } from '@leadline/stream/test-broker'
import { startProgram, type Program } from './child-program.ts'
import {
  columns,
  eventsPerSecond,
  toCells,
  type CollectorTarget,
  type Load,
  type Row,
} from './collector-rows.ts'
import { parseMeasurement, type Measurement } from './measurement.ts'
import { buildTable } from './table.ts'
import { parseUsage, type Usage } from './targets/usage.ts'

const ROUNDS = 3

const bare: CollectorTarget = {
  name: 'bare node:http, parses only',
  file: 'targets/bare-handler.ts',
  log: 'none',
}
const withoutLog: CollectorTarget = {
  name: 'collector, null stream',
  file: 'targets/collector.ts',
  log: 'none',
}
const embedded: CollectorTarget = {
  name: 'collector, embedded log',
  file: 'targets/collector.ts',
  log: 'embedded',
}
const kafka: CollectorTarget = {
  name: 'collector, Kafka acks=all',
  file: 'targets/collector.ts',
  log: 'kafka',
}

/** A broker takes its time, so that more clients are needed to fill it. */
const loads: readonly { readonly targets: readonly CollectorTarget[]; readonly load: Load }[] = [
  { targets: [bare, withoutLog, embedded], load: { batch: 1, clients: 64 } },
  { targets: [bare, kafka], load: { batch: 1, clients: 512 } },
  { targets: [bare, withoutLog, embedded], load: { batch: 20, clients: 64 } },
  { targets: [bare, kafka], load: { batch: 20, clients: 512 } },
  { targets: [bare, withoutLog, embedded, kafka], load: { batch: 100, clients: 64 } },
]

/** Events per second of the collector on both logs, beside a bare handler and beside itself without a log, in one run. */
export async function runCollectorBench({ seconds }: { readonly seconds: number }): Promise<string> {
  const broker = await startBroker({ isForLoad: true })
  try {
    const bench = new CollectorBench(broker, seconds)
    await bench.warmUpBroker()
    const rows = await bench.run()
    const heading = `${cpus().length} cores shared with load and broker; best of ${ROUNDS} rounds of ${seconds} s`
    return `${heading}\n\n${buildTable(columns, rows)}`
  } finally {
    await broker.wipe()
  }
}

/** A cold broker takes a quarter of what it takes later. */
const WARM_UP_SECONDS = 15

class CollectorBench {
  readonly #broker: Broker
  readonly #seconds: number

  constructor(broker: Broker, seconds: number) {
    this.#broker = broker
    this.#seconds = seconds
  }

  async warmUpBroker(): Promise<void> {
    const program = await startProgram(kafka.file, ['kafka', this.#broker.brokers.join()])
    await applyLoad(program, { batch: 1, clients: 512 }, { seconds: WARM_UP_SECONDS / 2 })
    await applyLoad(program, { batch: 20, clients: 64 }, { seconds: WARM_UP_SECONDS / 2 })
    await program.stop()
  }

  async run(): Promise<readonly (readonly string[])[]> {
    const table: (readonly string[])[] = []
    for (const { targets, load } of loads) {
      const best = await this.#compare(targets, load)
      const yardsticks = [bare, withoutLog].map((yardstick) =>
        best.find(({ target }) => target === yardstick),
      )
      for (const row of best) table.push(toCells(row, yardsticks))
    }
    return table
  }

  /** Rounds are interleaved, so that a neighbour's burst of work does not fall on one target alone. */
  async #compare(targets: readonly CollectorTarget[], load: Load): Promise<readonly Row[]> {
    const best = new Map<CollectorTarget, Row>()
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const target of targets) {
        const row = await this.#measure(target, load)
        const known = best.get(target)
        // Noise of the machine only ever takes away: the best round is the nearest to what the target can do.
        if (!known || eventsPerSecond(row) > eventsPerSecond(known)) best.set(target, row)
      }
    }
    return [...best.values()]
  }

  async #measure(target: CollectorTarget, load: Load): Promise<Row> {
    const directory = await mkdtemp(join(tmpdir(), 'leadline-bench-'))
    const program = await startProgram(target.file, this.#argumentsOf(target, directory))
    try {
      await applyLoad(program, load, { seconds: 1 })
      const before = await readUsage(program)
      const full = await applyLoad(program, load, { seconds: this.#seconds })
      const after = await readUsage(program)
      const rate = full.events / full.seconds / 2
      const half =
        target.log === 'none' ? undefined : await applyLoad(program, load, { seconds: this.#seconds, rate })
      return {
        target,
        load,
        full,
        half,
        cpuUsPerEvent: (after.cpuUs - before.cpuUs) / full.events,
        rssMegabytes: after.rssBytes / 1024 ** 2,
      }
    } finally {
      await program.stop()
      await rm(directory, { recursive: true })
    }
  }

  #argumentsOf({ log }: CollectorTarget, directory: string): readonly string[] {
    if (log === 'embedded') return ['embedded', directory]
    return log === 'kafka' ? ['kafka', this.#broker.brokers.join()] : []
  }
}

interface Pace {
  readonly seconds: number
  /** Events per second; undefined for as many as are answered. */
  readonly rate?: number
}

async function applyLoad(program: Program, load: Load, { seconds, rate = 0 }: Pace): Promise<Measurement> {
  const args = [program.firstLine, load.clients, load.batch, seconds, rate].map(String)
  const generator = await startProgram('load-generator.ts', args)
  await generator.stop()
  return parseMeasurement(generator.firstLine)
}

const readUsage = async (program: Program): Promise<Usage> => parseUsage(await program.ask('usage'))
