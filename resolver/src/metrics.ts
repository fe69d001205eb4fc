import { CONTROL_TOPIC, EVENTS_TOPIC, GROUPS, TOUCHED_TOPIC } from '@leadline/contract'
import { Counter, Gauge, Registry } from '@leadline/runtime'
import type { Stream } from '@leadline/stream'
import { LagAge, sumLag } from './lag-age.ts'
import { COUNTED, type Counted, type Progress } from './progress.ts'

const PREFIX = 'leadline_resolver_'

export interface Watched {
  readonly progress: Progress
  readonly stream: Pick<Stream, 'admin'>
  /** Messages of rules that wait for a person now. */
  readonly countParked: () => Promise<number>
  /** In ms, of a clock that never goes back. */
  readonly now: () => number
}

const STAGES = [
  { stage: 'store', group: GROUPS.store, topic: EVENTS_TOPIC },
  { stage: 'control', group: GROUPS.control, topic: CONTROL_TOPIC },
  { stage: 'reconcile', group: GROUPS.reconcile, topic: TOUCHED_TOPIC },
] as const

/** What the resolver counts, for Prometheus: `leadline status` shows the same totals. */
export function createResolverRegistry({ progress, stream, countParked, now }: Watched): Registry {
  const registry = new Registry()
  for (const what of Object.keys(COUNTED).filter(isCounted)) registerCounter(registry, progress, what)
  registerLag(registry, {
    name: 'lag_chunks',
    help: 'Chunks of the log that a stage has not done, in whatever process',
    ofStage:
      ({ group, topic }) =>
      async () =>
        sumLag(await stream.admin.lag(group, topic)),
  })
  registerLag(registry, {
    name: 'lag_seconds',
    help: 'Age of the oldest that waits for a stage, as far back as this was asked before',
    ofStage: (place) => {
      const age = new LagAge({ ...place, stream, now })
      return async () => (await age.ask()) / 1000
    },
  })
  registry.registerMetric(
    new Gauge({
      name: `${PREFIX}action_messages_parked`,
      help: 'Messages of rules that wait for a person now',
      registers: [],
      async collect() {
        this.set(await countParked())
      },
    }),
  )
  return registry
}

interface StageLag {
  readonly name: string
  readonly help: string
  readonly ofStage: (place: (typeof STAGES)[number]) => () => Promise<number>
}

function registerLag(registry: Registry, { name, help, ofStage }: StageLag): void {
  const stages = STAGES.map((place) => ({ stage: place.stage, ask: ofStage(place) }))
  registry.registerMetric(
    new Gauge({
      name: PREFIX + name,
      help,
      labelNames: ['stage'],
      registers: [],
      async collect() {
        for (const { stage, ask } of stages) this.set({ stage }, await ask())
      },
    }),
  )
}

const isCounted = (what: string): what is Counted => Object.hasOwn(COUNTED, what)

function registerCounter(registry: Registry, progress: Progress, what: Counted): void {
  const { name, help, labels } = COUNTED[what]
  const counter = new Counter({
    name: PREFIX + name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      counter.reset()
      for (const sum of progress.sumsOf(what))
        counter.inc(Object.fromEntries(labels.map((label, i) => [label, sum.labels[i] ?? ''])), sum.count)
    },
  })
}
