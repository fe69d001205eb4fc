import { EVENTS_TOPIC, GROUPS, TOUCHED_TOPIC, type Settings } from '@leadline/contract'
import type { Log, RunningService } from '@leadline/runtime'
import type { ConsumeFailure, Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { guardIdentityKey } from './identity-key-guard.ts'
import { readMailLists } from './profile/mail-domains.ts'
import { Progress } from './progress.ts'
import { createReconcileStage } from './reconcile/reconcile-batch.ts'
import { VersionClock } from './reconcile/version-clock.ts'
import { createStoreStage } from './store/store-batch.ts'
import { buildWorkspaces } from './workspaces.ts'

export interface ResolverDependencies {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly settings: Settings['workspaces']
  readonly log: Log
  readonly now: () => number
}

/** Requests of one stored batch, and touched messages of one reconcile: the further it is behind, the more it takes. */
const MAX_ENVELOPES = 500
const MAX_TOUCHED = 200

/** Starts both stages. Topics and tables must be there; the stream and the warehouse stay the caller's to close. */
export async function startResolver(dependencies: ResolverDependencies): Promise<RunningService> {
  const { stream, warehouse, settings, log, now } = dependencies
  const workspaces = buildWorkspaces(settings, readMailLists())
  for (const workspace of workspaces.values()) await guardIdentityKey(warehouse, workspace)
  const progress = new Progress()
  const shared = { stream, warehouse, workspaces, progress, log, now }
  const reconcile = await stream.consume({
    topic: TOUCHED_TOPIC,
    group: GROUPS.reconcile,
    handle: createReconcileStage({ ...shared, versions: new VersionClock(warehouse, now) }),
    onFailure: (failure) => warn(log, 'reconcile', failure),
    maxValues: MAX_TOUCHED,
  })
  const store = await stream.consume({
    topic: EVENTS_TOPIC,
    group: GROUPS.store,
    handle: createStoreStage(shared),
    onFailure: (failure) => warn(log, 'store', failure),
    maxValues: MAX_ENVELOPES,
  })
  return {
    report: () => ({ idle: progress.isIdle(), steps: progress.totals() }),
    stop: async () => {
      await store.stop()
      await reconcile.stop()
    },
  }
}

const warn = (log: Log, stage: string, { error, partition, attempt }: ConsumeFailure): void =>
  log.error('a batch failed and is tried again', error, { stage, partition, attempt })
