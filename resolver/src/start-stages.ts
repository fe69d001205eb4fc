import { CONTROL_TOPIC, EVENTS_TOPIC, GROUPS, TOUCHED_TOPIC, type Settings } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import type { Consumer, ConsumeFailure, Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { createControlStage } from './control/control-stage.ts'
import { ErasureBook } from './control/erasures.ts'
import { guardIdentityKey } from './identity-key-guard.ts'
import { readMailLists } from './profile/mail-domains.ts'
import { Progress } from './progress.ts'
import { createReconcileStage } from './reconcile/reconcile-batch.ts'
import { VersionClock } from './reconcile/version-clock.ts'
import { createStoreStage } from './store/store-batch.ts'
import { buildWorkspaces, type Workspaces } from './workspaces.ts'

export interface ResolverDependencies {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly settings: Settings['workspaces']
  readonly log: Log
  readonly now: () => number
}

/** What both stages stand on. */
export interface StageDependencies extends Omit<ResolverDependencies, 'settings'> {
  readonly workspaces: Workspaces
  readonly erasures: ErasureBook
  readonly progress: Progress
}

/** Requests of one stored batch, and touched messages of one reconcile: the further it is behind, the more it takes. */
const MAX_ENVELOPES = 2000
const MAX_TOUCHED = 200

/** Topics and tables must be there; the stream and the warehouse stay the caller's to close. */
export async function prepareStages({
  settings,
  ...dependencies
}: ResolverDependencies): Promise<StageDependencies> {
  const erasures = new ErasureBook()
  const workspaces = buildWorkspaces(settings, readMailLists(), erasures)
  for (const workspace of workspaces.values()) await guardIdentityKey(dependencies.warehouse, workspace)
  return { ...dependencies, workspaces, erasures, progress: new Progress() }
}

export const startStoreStage = (stage: StageDependencies): Promise<Consumer> =>
  stage.stream.consume({
    topic: EVENTS_TOPIC,
    group: GROUPS.store,
    handle: createStoreStage(stage),
    onFailure: (failure) => warn(stage.log, 'store', failure),
    maxValues: MAX_ENVELOPES,
  })

export const startReconcileStage = (stage: StageDependencies): Promise<Consumer> =>
  stage.stream.consume({
    topic: TOUCHED_TOPIC,
    group: GROUPS.reconcile,
    handle: createReconcileStage({ ...stage, versions: new VersionClock(stage.warehouse, stage.now) }),
    onFailure: (failure) => warn(stage.log, 'reconcile', failure),
    maxValues: MAX_TOUCHED,
  })

export const startControlStage = (stage: StageDependencies): Promise<Consumer> =>
  stage.stream.consume({
    topic: CONTROL_TOPIC,
    group: GROUPS.control,
    handle: createControlStage(stage),
    onFailure: (failure) => warn(stage.log, 'control', failure),
  })

const warn = (log: Log, stage: string, { error, partition, attempt }: ConsumeFailure): void =>
  log.error('a batch failed and is tried again', error, { stage, partition, attempt })
