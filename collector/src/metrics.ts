import { Counter, Gauge, Histogram, Registry, type MetricObject } from '@leadline/runtime'
import type { InFlight } from './in-flight.ts'
import type { SpoolState } from './spool/spooling-stream.ts'

/** What the collector counts, for Prometheus and for the report to its parent. */
export interface CollectorMetrics {
  accepted(events: number): void
  rejected(code: string): void
  /** Answered as stored, and by setting not stored. */
  discarded(events: number): void
  /** Given up by clients before they were sent; `reason` is theirs. */
  dropped(reason: string, events: number): void
  answered(status: number): void
  received(bytes: number): void
  appended(seconds: number): void
  failed(reason: string): void
  /** Events since the start. */
  totals(): { readonly accepted: number; readonly rejected: number }
  /** Every metric as data, to be added to those of other processes. */
  readonly snapshot: () => Promise<readonly MetricObject[]>
  readonly text: () => Promise<MetricsText>
}

/** Prometheus text and its content type. */
export interface MetricsText {
  readonly contentType: string
  readonly body: string
}

/** What lies beneath the collector and is counted with it. */
export interface Watched {
  readonly inFlight: InFlight
  readonly loopDelay: { readonly ms: number }
  /** Undefined without a spool. */
  readonly spool: SpoolState | undefined
}

export function createCollectorMetrics(watched: Watched): CollectorMetrics {
  const registry = new Registry()
  const counters = createCounters(registry)
  registerGauges(registry, watched)
  const totals = { accepted: 0, rejected: 0 }
  const labelOf = createReasonLabels()
  return {
    accepted(events) {
      totals.accepted += events
      counters.accepted(events)
    },
    rejected(code) {
      totals.rejected += 1
      counters.rejected(1, code)
    },
    discarded: (events) => counters.discarded(events),
    dropped: (reason, events) => counters.dropped(events, labelOf(reason)),
    answered: (status) => counters.answers(1, String(status)),
    received: (bytes) => counters.bytes(bytes),
    appended: (seconds) => counters.appends.observe(seconds),
    failed: (reason) => counters.failures(1, reason),
    totals: () => ({ ...totals }),
    snapshot: () => registry.getMetricsAsJSON(),
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}

function createCounters(registry: Registry) {
  const registers = [registry]
  const name = (what: string): string => `leadline_collector_${what}`
  const count = (what: string, help: string, label?: string): Count =>
    createCount(registry, { name: name(what), help, label })
  return {
    accepted: count('events_accepted_total', 'Events made durable'),
    rejected: count('events_rejected_total', 'Events refused, by code', 'code'),
    discarded: count(
      'events_discarded_total',
      'Events of bots, answered and not stored because collector.bots says so',
    ),
    dropped: count(
      'client_dropped_total',
      'Events that clients gave up before they were sent, by their reason',
      'reason',
    ),
    answers: count('answers_total', 'Answers to event requests, by status', 'status'),
    bytes: count('received_bytes_total', 'Bytes of event bodies'),
    appends: new Histogram({
      name: name('append_seconds'),
      help: 'Time until a request was durable',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    failures: count('append_failures_total', 'Requests that could not be made durable, by reason', 'reason'),
  }
}

/** Adds to a counter; `of` is the value of its label, where it has one. */
type Count = (added: number, of?: string) => void

/**
 * Adds up in plain numbers, which the registry learns when it is read: its own counters hash their labels each time,
 * and some are asked several times for each request.
 */
function createCount(
  registry: Registry,
  { name, help, label }: { readonly name: string; readonly help: string; readonly label: string | undefined },
): Count {
  const sums = new Map<string, number>()
  const counter = new Counter({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [registry],
    collect() {
      counter.reset()
      for (const [of, sum] of sums) counter.inc(label === undefined ? {} : { [label]: of }, sum)
    },
  })
  return (added, of = '') => void sums.set(of, (sums.get(of) ?? 0) + added)
}

function registerGauges(registry: Registry, { inFlight, loopDelay, spool }: Watched): void {
  const gauge = (what: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name: `leadline_collector_${what}`,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('in_flight_requests', 'Event requests under way', () => inFlight.requests)
  gauge('in_flight_bytes', 'Bytes of event requests under way', () => inFlight.bytes)
  gauge('loop_delay_seconds', 'How late the event loop is', () => loopDelay.ms / 1000)
  if (spool === undefined) return
  gauge('spooling', '1 while events go to the spool', () => (spool.isDrained ? 0 : 1))
  gauge('spooled_values', 'Values that went to the spool since the start', () => spool.spooled)
  gauge('drained_values', 'Values that left the spool since the start', () => spool.drained)
}

/** Anyone can send any reason: the first few that look like names are shown, the rest are one. */
const MAX_REASONS = 20

function createReasonLabels(): (reason: string) => string {
  const known = new Set<string>()
  return (reason) => {
    if (known.has(reason)) return reason
    if (known.size >= MAX_REASONS || !/^[a-z][a-z_-]{0,31}$/i.test(reason)) return 'other'
    known.add(reason)
    return reason
  }
}
