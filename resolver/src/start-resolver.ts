import type { RunningService } from '@leadline/runtime'
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
  const { progress, troubles } = stages
  return {
    report: () => ({ idle: progress.isIdle(), steps: progress.totals(), problems: troubles.describe() }),
    stop: async () => {
      await store.stop()
      await control.stop()
      await reconcile.stop()
    },
  }
}
