import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBroker, type Broker } from '@leadline/stream/test-broker'
import { startProgram, type Program } from './child-program.ts'
import {
  columns,
  eventsPerSecond,
  toCells,
  toHalfLoadProgress,
  toProgress,
  type CollectorTarget,
  type Load,
  type Row,
} from './collector-rows.ts'
import { parseMeasurement, type Measurement } from './measurement.ts'
import { buildTable } from './table.ts'
import { parseUsage, type Usage } from './targets/usage.ts'

const ROUNDS = 2

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

interface Comparison {
  readonly targets: readonly CollectorTarget[]
  readonly load: Load
}

/** A broker takes its time, so that more clients are needed to fill it. */
const comparisons: readonly Comparison[] = [
  { targets: [bare, withoutLog, embedded], load: { batch: 1, clients: 64 } },
  { targets: [bare, withoutLog, kafka], load: { batch: 1, clients: 512 } },
  { targets: [bare, withoutLog, embedded], load: { batch: 20, clients: 64 } },
  { targets: [bare, withoutLog, kafka], load: { batch: 20, clients: 512 } },
  { targets: [bare, withoutLog, embedded, kafka], load: { batch: 100, clients: 64 } },
]

/** What can be measured alone, beside the yardsticks. */
export const COLLECTOR_PARTS: readonly string[] = ['embedded', 'kafka']

const selectComparisons = (part: string | undefined): readonly Comparison[] =>
  comparisons
    .filter(({ targets }) => part === undefined || targets.some(({ log }) => log === part))
    .map(({ targets, load }) => ({
      load,
      targets: targets.filter(({ log }) => part === undefined || log === part || log === 'none'),
    }))

export interface CollectorBenchOptions {
  /** Length of one measurement. */
  readonly seconds: number
  /** One of the parts; undefined for all. */
  readonly part?: string | undefined
}

/** Events per second of the collector on both logs, beside a bare handler and beside itself without a log, in one run. */
export async function runCollectorBench({ seconds, part }: CollectorBenchOptions): Promise<string> {
  const selected = selectComparisons(part)
  const needsBroker = selected.some(({ targets }) => targets.includes(kafka))
  const broker = needsBroker ? await startBroker({ isForLoad: true }) : undefined
  try {
    const bench = new CollectorBench(broker, seconds)
    if (broker) await bench.warmUpBroker()
    const rows: (readonly string[])[] = []
    for (const comparison of selected) rows.push(...(await bench.compare(comparison)))
    const heading = `${cpus().length} cores shared with load and broker; best of ${ROUNDS} rounds of ${seconds} s`
    return `${heading}\n\n${buildTable(columns, rows)}`
  } finally {
    await broker?.wipe()
  }
}

/** A cold broker takes a quarter of what it takes later. */
const WARM_UP_SECONDS = 15
/** Of a target, whose code is compiled meanwhile. */
const FIRST_SECONDS = 1
/** Of target and generator, whose connections are made before: what a start costs is not what is asked for. */
const FIRST_SECONDS_AT_HALF_LOAD = 4
/** Of two seconds one pause of 20 ms is the 99th percentile, which then says whether there was one. */
const LEAST_SECONDS_AT_HALF_LOAD = 8

/** As `leadline start` runs the collector, and the yardstick alike. */
const NODE_OPTIONS = ['--max-semi-space-size=16']
/** Collects its garbage seldom, and leaves the other core to the target. */
const GENERATOR_NODE_OPTIONS = ['--max-semi-space-size=64', '--v8-pool-size=1']

class CollectorBench {
  readonly #broker: Broker | undefined
  readonly #seconds: number

  constructor(broker: Broker | undefined, seconds: number) {
    this.#broker = broker
    this.#seconds = seconds
  }

  async warmUpBroker(): Promise<void> {
    report('warming the broker up')
    await this.#withTarget(kafka, async (program) => {
      await applyLoad(program, { batch: 1, clients: 512 }, { seconds: WARM_UP_SECONDS / 2 })
      await applyLoad(program, { batch: 20, clients: 64 }, { seconds: WARM_UP_SECONDS / 2 })
    })
  }

  /** Rounds are interleaved, so that a neighbour's burst of work does not fall on one target alone. */
  async compare({ targets, load }: Comparison): Promise<readonly (readonly string[])[]> {
    const best = new Map<CollectorTarget, Row>()
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const target of targets) {
        const row = await this.#withTarget(target, (program) => this.#measure(program, target, load))
        report(toProgress(row))
        const known = best.get(target)
        // Noise of the machine only ever takes away: the best round is the nearest to what the target can do.
        if (!known || eventsPerSecond(row) > eventsPerSecond(known)) best.set(target, row)
      }
    }
    const yardsticks = [bare, withoutLog].map((yardstick) => best.get(yardstick))
    const cells: (readonly string[])[] = []
    for (const row of best.values()) cells.push(toCells(await this.#addHalfLoad(row), yardsticks))
    return cells
  }

  async #measure(program: Program, target: CollectorTarget, load: Load): Promise<Row> {
    await applyLoad(program, load, { seconds: FIRST_SECONDS })
    const before = await readUsage(program)
    const full = await applyLoad(program, load, { seconds: this.#seconds })
    const after = await readUsage(program)
    const cpuUsPerEvent = (after.cpuUs - before.cpuUs) / full.events
    return { target, load, full, cpuUsPerEvent, rssMegabytes: after.rssBytes / 1024 ** 2 }
  }

  /** Of targets that keep what they are sent: half of what they can do, sent whatever the answers do. */
  async #addHalfLoad(row: Row): Promise<Row> {
    const { target, load } = row
    if (target.log === 'none') return row
    const half = await this.#withTarget(target, async (program) => {
      const rate = eventsPerSecond(row) / 2
      const seconds = Math.max(this.#seconds, LEAST_SECONDS_AT_HALF_LOAD)
      return await applyLoad(program, load, { seconds, rate, warmUpSeconds: FIRST_SECONDS_AT_HALF_LOAD })
    })
    report(toHalfLoadProgress(row, half))
    return { ...row, half }
  }

  async #withTarget<Result>(
    target: CollectorTarget,
    work: (program: Program) => Promise<Result>,
  ): Promise<Result> {
    const directory = await mkdtemp(join(tmpdir(), 'leadline-bench-'))
    const program = await startProgram(target.file, this.#argumentsOf(target, directory), NODE_OPTIONS)
    try {
      return await work(program)
    } finally {
      await program.stop()
      await rm(directory, { recursive: true })
    }
  }

  #argumentsOf({ log }: CollectorTarget, directory: string): readonly string[] {
    if (log === 'embedded') return ['embedded', directory]
    return log === 'kafka' && this.#broker ? ['kafka', this.#broker.brokers.join()] : []
  }
}

/** How far it is, beside the table that comes at the end. */
const report = (line: string): void => void process.stderr.write(`${line}\n`)

interface Pace {
  readonly seconds: number
  /** Events per second; undefined for as many as are answered. */
  readonly rate?: number
  /** At that rate, before anything counts. */
  readonly warmUpSeconds?: number
}

async function applyLoad(program: Program, load: Load, pace: Pace): Promise<Measurement> {
  const { seconds, rate = 0, warmUpSeconds = 0 } = pace
  const args = [program.firstLine, load.clients, load.batch, seconds, rate, warmUpSeconds].map(String)
  const generator = await startProgram('load-generator.ts', args, GENERATOR_NODE_OPTIONS)
  await generator.stop()
  return parseMeasurement(generator.firstLine)
}

const readUsage = async (program: Program): Promise<Usage> => parseUsage(await program.ask('usage'))
