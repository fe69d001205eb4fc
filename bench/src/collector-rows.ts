import type { Measurement } from './measurement.ts'

/** What is measured: a target in a process of its own, with the arguments of its program. */
export interface CollectorTarget {
  readonly name: string
  readonly file: 'targets/bare-handler.ts' | 'targets/collector.ts'
  readonly log: 'embedded' | 'kafka' | 'none'
}

/** Clients at once, each waiting for its answer before it sends again, by events in a request. */
export interface Load {
  readonly batch: number
  readonly clients: number
}

export interface Row {
  readonly target: CollectorTarget
  readonly load: Load
  readonly full: Measurement
  /** At half the rate of `full`, in a process of its own; only of targets that keep what they are sent. */
  readonly half?: Measurement | undefined
  /** Of the target while it was measured. */
  readonly cpuUsPerEvent: number
  readonly rssMegabytes: number
}

export const eventsPerSecond = ({ full }: Row): number => full.events / full.seconds

export const columns = [
  'target',
  'batch',
  'clients',
  'events/s',
  'of bare',
  'of null',
  'p50 ms',
  'p99 ms',
  'p99 ms, half load',
  'CPU us/event',
  'RSS MB',
  'errors',
]

/** Cells of a row, with its share of each of the yardsticks under the same load. */
export function toCells(row: Row, yardsticks: readonly (Row | undefined)[]): readonly string[] {
  const [bare, withoutLog] = yardsticks
  const share = (other: Row | undefined): string =>
    other === undefined ? '' : (eventsPerSecond(row) / eventsPerSecond(other)).toFixed(2)
  return [
    row.target.name,
    String(row.load.batch),
    String(row.load.clients),
    Math.round(eventsPerSecond(row)).toLocaleString('en'),
    share(bare),
    share(withoutLog),
    row.full.p50Ms.toFixed(1),
    row.full.p99Ms.toFixed(1),
    row.half?.p99Ms.toFixed(1) ?? '',
    row.cpuUsPerEvent.toFixed(1),
    row.rssMegabytes.toFixed(0),
    String(row.full.errors + (row.half?.errors ?? 0)),
  ]
}

/** One measurement in words, while others are still to come. */
export const toProgress = (row: Row): string =>
  `${row.target.name}, batch ${row.load.batch}, ${row.load.clients} clients: ${Math.round(eventsPerSecond(row)).toLocaleString('en')} events/s, ${row.cpuUsPerEvent.toFixed(1)} us of CPU an event, ${row.rssMegabytes.toFixed(0)} MB`

/** With what the generator itself adds to it. */
export const toHalfLoadProgress = ({ target, load }: Row, { p50Ms, p99Ms, lateP99Ms }: Measurement): string =>
  `${target.name}, batch ${load.batch}, half load: p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms; sent up to ${lateP99Ms.toFixed(1)} ms late (p99)`
