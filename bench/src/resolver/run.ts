import { settingsSchema } from '@leadline/contract'
import { createPeopleWorld } from '@leadline/resolver/test-support/worlds/create-world.ts'
import type { WorldEvent } from '@leadline/resolver/test-support/worlds/world-types.ts'
import { startBroker } from '@leadline/stream/test-broker'
import { BENCH_KEY } from '../payload.ts'
import { buildTable } from '../table.ts'
import { measureEndToEnd } from './end-to-end.ts'
import { measureIdentifiers } from './identifiers.ts'
import { measureInMemory } from './in-memory.ts'
import { measureLatency } from './latency.ts'
import { measureAggregates, measureComparison } from './scale.ts'
import { measureDrain, measureOneMore } from './through-engine.ts'

const PEOPLE = [20, 200, 2000]
const PEOPLE_OVER_HTTP = 1000
const LEAD_SIZES = [1000, 10_000]
const IDENTIFIERS = [100_000, 1_000_000]
const LATENCY_EVENTS = 1000

/** 1x, 10x, 100x. */
const STORED_EVENTS = [10_000, 100_000, 1_000_000]
const COMPARED = [1000, 10_000, 100_000]

interface Options {
  /** Length of one measurement in memory. */
  readonly seconds: number
  /** Further counts of identifiers, or of events for the part `aggregates`. */
  readonly counts?: readonly number[]
  /** One table alone. */
  readonly part?: string | undefined
}

const parts = {
  memory: ({ seconds }: Options) => inMemory(seconds),
  growth,
  elsewhere: throughOthers,
  latency,
  lives: longLives,
  identifiers: ({ counts = [] }: Options) => identifiers([...IDENTIFIERS, ...counts]),
  aggregates: ({ counts = [], part }: Options) =>
    aggregates([...STORED_EVENTS, ...(part === undefined ? [] : counts)]),
  comparison: ({ counts = [], part }: Options) =>
    comparison([...COMPARED, ...(part === undefined ? [] : counts)]),
}

export const RESOLVER_PARTS = Object.keys(parts)

/** What the resolver carries, how long it takes until an event is somebody's, and how that grows with what there is. */
export async function runResolverBench(options: Options): Promise<string> {
  const tables: string[] = []
  for (const [name, measure] of Object.entries(parts)) {
    if (options.part !== undefined && options.part !== name) continue
    const table = await measure(options)
    process.stderr.write(`${table}\n`)
    tables.push(table)
  }
  return tables.join('\n\n')
}

const worldOf = (people: number) => createPeopleWorld({ seed: 1, people, hostility: 1 }).events

const tell = (what: string): void =>
  void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`)

function inMemory(seconds: number): string {
  tell('in memory')
  const { serialised, resolved, both } = measureInMemory(worldOf(1000), seconds)
  return buildTable(
    ['events a second of one core, in memory', 'events/s'],
    [
      ['stored request to rows of all tables, serialised', serialised.toFixed(0)],
      ['event to lead by the ladder', resolved.toFixed(0)],
      ['both', both.toFixed(0)],
    ],
  )
}

/** From a full log, on two cores at most: the resolver's process and the engine's. */
async function growth(): Promise<string> {
  const rows: (readonly string[])[] = []
  let former: readonly [number, number] | undefined
  for (const people of PEOPLE) {
    const events = worldOf(people)
    tell(`through log and engine: ${events.length} events`)
    const ms = await measureDrain(events)
    const exponent = toExponent(former, [events.length, ms])
    rows.push([`${events.length} events`, ms.toFixed(0), toRate(events.length, ms), exponent])
    former = [events.length, ms]
  }
  return buildTable(['from the embedded log, through the engine', 'ms', 'events/s', 'exponent'], rows)
}

async function throughOthers(): Promise<string> {
  const events = worldOf(PEOPLE_OVER_HTTP)
  tell(`from Kafka: ${events.length} events`)
  const kafkaMs = await drainKafka(events)
  tell(`over HTTP: ${events.length} events`)
  const http = await measureEndToEnd(PEOPLE_OVER_HTTP)
  return buildTable(
    ['from elsewhere', 'events/s'],
    [
      ['a full topic of Kafka', toRate(events.length, kafkaMs)],
      ['HTTP in batches of 20, until answered', toRate(http.events, http.acceptedMs)],
      ['HTTP in batches of 20, until resolved', toRate(http.events, http.resolvedMs)],
    ],
  )
}

async function drainKafka(events: readonly WorldEvent[]): Promise<number> {
  const broker = await startBroker({ isForLoad: true })
  try {
    const { stream } = settingsSchema.parse({
      workspaces: [
        { identityKey: 'identity-key-of-the-bench', writeKeys: [{ name: 'bench', key: BENCH_KEY }] },
      ],
      stream: { kind: 'kafka', brokers: [broker.brokers.join()], replication: 1 },
      warehouse: { kind: 'clickhouse', url: 'http://127.0.0.1:1' },
    })
    return await measureDrain(events, stream)
  } finally {
    await broker.wipe()
  }
}

const toRate = (events: number, ms: number): string => ((events / ms) * 1000).toFixed(0)

async function latency(): Promise<string> {
  tell('latency at 100 events/s')
  const { p50Ms, p99Ms } = await measureLatency(worldOf(100).slice(0, LATENCY_EVENTS))
  return buildTable(
    ['append to resolved row, 100 events/s', 'p50 ms', 'p99 ms'],
    [['one at a time', p50Ms.toFixed(0), p99Ms.toFixed(0)]],
  )
}

async function longLives(): Promise<string> {
  const rows: (readonly string[])[] = []
  for (const size of LEAD_SIZES) {
    tell(`one more event of a lead with ${size}`)
    const { rowsRead, cpuMs } = await measureOneMore(size)
    rows.push([String(size), String(rowsRead), cpuMs.toFixed(0)])
  }
  return buildTable(['events of a lead: one more', 'rows read', 'CPU ms'], rows)
}

async function identifiers(counts: readonly number[]): Promise<string> {
  const rows: (readonly string[])[] = []
  for (const count of counts) {
    tell(`${count} identifiers`)
    const { bytesOnDisk, grownBytes, touchedMs } = await measureIdentifiers(count)
    rows.push([
      String(count),
      (bytesOnDisk / count).toFixed(1),
      (grownBytes / count).toFixed(1),
      touchedMs.toFixed(0),
    ])
  }
  return buildTable(
    ['identifiers stored', 'bytes of each on disk', 'of each in memory', 'ms for 500 touched people'],
    rows,
  )
}

/** How a cost grows with a size, as a power of it; nothing to compare with, nothing to say. */
function toExponent(
  former: readonly [size: number, cost: number] | undefined,
  [size, cost]: readonly [size: number, cost: number],
): string {
  if (!former) return ''
  return (Math.log(cost / former[1]) / Math.log(size / former[0])).toFixed(2)
}

const toSeconds = (ms: number): string => (ms / 1000).toFixed(2)
const toMegabytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(0)

async function aggregates(counts: readonly number[]): Promise<string> {
  const rows: (readonly string[])[] = []
  const former = new Map<string, readonly [number, number]>()
  for (const events of counts) {
    tell(`questions to the view of ${events} events`)
    for (const [name, { cpuMs, grownBytes }] of await measureAggregates(events)) {
      const exponent = toExponent(former.get(name), [events, cpuMs])
      former.set(name, [events, cpuMs])
      rows.push([`${name}, ${events}`, toSeconds(cpuMs), exponent, toMegabytes(grownBytes)])
    }
  }
  return buildTable(['the view `events`, engine', 'CPU s', 'exponent', 'MB grown'], rows)
}

async function comparison(counts: readonly number[]): Promise<string> {
  const rows: (readonly string[])[] = []
  let former: readonly [number, number] | undefined
  for (const count of counts) {
    tell(`full comparison of ${count} identifiers`)
    const { identifiers, cpuMs, sqlMs, grownBytes, engineGrownBytes } = await measureComparison(count)
    const exponent = toExponent(former, [identifiers, cpuMs])
    former = [identifiers, cpuMs]
    const memory = [grownBytes, engineGrownBytes].map(toMegabytes)
    rows.push([String(identifiers), toSeconds(cpuMs), exponent, toSeconds(sqlMs), ...memory])
  }
  return buildTable(
    [
      'full comparison: identifiers',
      'CPU s',
      'exponent',
      'rules in SQL, CPU s',
      'MB grown',
      'MB grown, engine',
    ],
    rows,
  )
}
