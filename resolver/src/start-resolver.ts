import { withMetrics, type RunningService } from '@leadline/runtime'
import { startDeliverer } from './actions/start-deliverer.ts'
import { startNightlyCheck } from './full-check/nightly-check.ts'
import { createResolverRegistry } from './metrics.ts'
import {
  prepareStages,
  startControlStage,
  startReconcileStage,
  startStoreStage,
  type ResolverDependencies,
} from './start-stages.ts'

export interface ResolverOptions extends ResolverDependencies {
  /** Where Prometheus finds what is counted, on this machine; null or absent: nowhere. */
  readonly metricsPort?: number | null
}

/** Starts all stages. Topics and tables must be there; the stream and the warehouse stay the caller's to close. */
export async function startResolver({
  metricsPort = null,
  ...dependencies
}: ResolverOptions): Promise<RunningService> {
  const stages = await prepareStages(dependencies)
  const reconcile = await startReconcileStage(stages)
  const control = await startControlStage(stages)
  const store = await startStoreStage(stages)
  const nightly = startNightlyCheck(stages)
  const actions = startDeliverer(stages)
  const { progress, troubles } = stages
  const registry = createResolverRegistry({
    progress,
    stream: dependencies.stream,
    countParked: () => actions.countParked(),
    now: () => performance.now(),
  })
  const service: RunningService = {
    report: async () => {
      const { isIdle, problems } = await actions.report()
      return {
        idle: progress.isIdle() && isIdle,
        steps: progress.totals(),
        problems: [...troubles.describe(), ...problems],
      }
    },
    stop: async () => {
      await nightly.stop()
      await store.stop()
      await control.stop()
      await reconcile.stop()
      await actions.stop()
    },
  }
  return await withMetrics(service, registry, metricsPort)
}
