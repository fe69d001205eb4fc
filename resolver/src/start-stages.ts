import { CONTROL_TOPIC, EVENTS_TOPIC, GROUPS, TOUCHED_TOPIC, type Settings } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import type { Consumer, ConsumeOptions, Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { createControlStage } from './control/control-stage.ts'
import { ErasureBook } from './control/erasures.ts'
import { guardIdentityKey } from './identity-key-guard.ts'
import { readMailLists } from './profile/mail-domains.ts'
import { Progress } from './progress.ts'
import { handOverWhenFenced } from './reconcile/hand-over.ts'
import { createReconcileStage } from './reconcile/reconcile-batch.ts'
import { RoundPace } from './reconcile/round-pace.ts'
import { StoreBacklog } from './reconcile/store-backlog.ts'
import { VersionClock } from './reconcile/version-clock.ts'
import { WrittenLeads } from './reconcile/written-leads.ts'
import { createStoreStage } from './store/store-batch.ts'
import { Troubles } from './troubles.ts'
import { buildWorkspaces, type Workspaces } from './workspaces.ts'

export interface ResolverDependencies {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly settings: Settings['workspaces']
  readonly log: Log
  readonly now: () => number
  /** How long each stage gathers what arrives while it is not behind. */
  readonly gatherMs?: number
}

/** What both stages stand on. */
export interface StageDependencies extends Omit<ResolverDependencies, 'settings'> {
  readonly workspaces: Workspaces
  readonly erasures: ErasureBook
  readonly progress: Progress
  readonly troubles: Troubles
}

/** Requests of one stored batch, and touched messages of one reconcile: the further it is behind, the more it takes. */
const MAX_ENVELOPES = 2000
const MAX_BYTES = 16 * 1024 ** 2
const MAX_TOUCHED = 2000
/** Of touched messages: about as many identifiers as one reconcile takes. */
const MAX_TOUCHED_BYTES = 8 * 1024 ** 2
/** A batch costs a dozen statements, or four dozen, however small it is. So much is added to the time from event to lead. */
const STORE_GATHER_MS = 250
const RECONCILE_GATHER_MS = 750

/** Topics and tables must be there; the stream and the warehouse stay the caller's to close. */
export async function prepareStages({
  settings,
  ...dependencies
}: ResolverDependencies): Promise<StageDependencies> {
  const erasures = new ErasureBook()
  const workspaces = buildWorkspaces(settings, readMailLists(), erasures)
  for (const workspace of workspaces.values()) await guardIdentityKey(dependencies.warehouse, workspace)
  return { ...dependencies, workspaces, erasures, progress: new Progress(), troubles: new Troubles() }
}

export const startStoreStage = (stage: StageDependencies): Promise<Consumer> =>
  consume(stage, 'store', {
    topic: EVENTS_TOPIC,
    group: GROUPS.store,
    handle: createStoreStage({ ...stage, gatherMs: stage.gatherMs ?? STORE_GATHER_MS }),
    maxValues: MAX_ENVELOPES,
    maxBytes: MAX_BYTES,
  })

export function startReconcileStage(stage: StageDependencies): Promise<Consumer> {
  const gatherMs = stage.gatherMs ?? RECONCILE_GATHER_MS
  const dependencies = {
    ...stage,
    versions: new VersionClock(stage.warehouse, stage.now),
    written: new WrittenLeads(),
  }
  const clock = (): number => performance.now()
  const pace = new RoundPace({ backlog: new StoreBacklog(stage.stream, clock), now: clock })
  return consume(stage, 'reconcile', {
    topic: TOUCHED_TOPIC,
    group: GROUPS.reconcile,
    handle: pace.timed(handOverWhenFenced(dependencies, createReconcileStage(dependencies))),
    maxValues: MAX_TOUCHED,
    maxBytes: MAX_TOUCHED_BYTES,
    gatherMs,
    ...(gatherMs > 0 ? { hold: (waiting) => pace.hold(waiting) } : {}),
  })
}

export const startControlStage = (stage: StageDependencies): Promise<Consumer> =>
  consume(stage, 'control', {
    topic: CONTROL_TOPIC,
    group: GROUPS.control,
    handle: createControlStage(stage),
  })

/** A batch that fails is in the log each time, and in the report until it, or the one after it, is done. */
const consume = (
  { stream, log, progress, troubles }: StageDependencies,
  stage: string,
  { handle, ...options }: Omit<ConsumeOptions, 'onFailure'>,
): Promise<Consumer> =>
  stream.consume({
    ...options,
    handle: async (batch) => {
      await handle(batch)
      troubles.clear(`${stage} ${batch.partition}`)
    },
    onFailure: ({ error, partition, attempt }) => {
      progress.count('failed', 1, [stage])
      troubles.note(`${stage} ${partition}`, attempt, error)
      log.error('a batch failed and is tried again', error, { stage, partition, attempt })
    },
  })
