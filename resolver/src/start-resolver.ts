import type { RunningService } from '@leadline/runtime'
import { startNightlyCheck } from './full-check/nightly-check.ts'
import {
  prepareStages,
  startControlStage,
  startReconcileStage,
  startStoreStage,
  type ResolverDependencies,
} from './start-stages.ts'

/** Starts all stages. Topics and tables must be there; the stream and the warehouse stay the caller's to close. */
export async function startResolver(dependencies: ResolverDependencies): Promise<RunningService> {
  const stages = await prepareStages(dependencies)
  const reconcile = await startReconcileStage(stages)
  const control = await startControlStage(stages)
  const store = await startStoreStage(stages)
  const nightly = startNightlyCheck(stages)
  const { progress, troubles } = stages
  return {
    report: () => ({ idle: progress.isIdle(), steps: progress.totals(), problems: troubles.describe() }),
    stop: async () => {
      await nightly.stop()
      await store.stop()
      await control.stop()
      await reconcile.stop()
    },
  }
}
