import { setTimeout as delay } from 'node:timers/promises'
import { EVENTS_TOPIC, GROUPS, TOUCHED_TOPIC } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import { prepareStages, startReconcileStage, startStoreStage } from '@leadline/resolver/src/start-stages.ts'
import type { Consumer, StreamValue } from '@leadline/stream'
import { CommandError } from '../command.ts'
import type { ScratchInstance } from './scratch-instance.ts'

export interface ResolveOptions {
  readonly log: Log
  readonly stop: AbortSignal
  readonly onProgress: (step: string) => void
}

const LOOK_MS = 20
/** Nothing here passes by itself: engine and disk are our own. */
const MAX_ATTEMPTS = 4

/**
 * Runs the resolver's two stages over values of the events topic, one after the other: identities are looked at once
 * everything is stored, which ends in the same rows and costs less. Aborts between portions.
 */
export async function resolveEvents(
  instance: ScratchInstance,
  portions: AsyncIterable<readonly StreamValue[]>,
  options: ResolveOptions,
): Promise<void> {
  const { stream, warehouse, settings } = instance
  const { log, stop, onProgress } = options
  const stages = await prepareStages({
    stream,
    warehouse,
    settings: settings.workspaces,
    log,
    now: Date.now,
  })
  const run = async (start: () => Promise<Consumer>, drain: () => Promise<void>): Promise<void> => {
    const consumer = await start()
    try {
      await drain()
    } finally {
      await consumer.stop()
    }
  }
  const untilDone = async (group: string, topic: string, step: () => string): Promise<void> => {
    for (;;) {
      stop.throwIfAborted()
      onProgress(step())
      const [trouble] = stages.troubles.describe(MAX_ATTEMPTS)
      if (trouble !== undefined) throw new CommandError(`the resolver gave up: ${trouble}`)
      const lag = await stream.admin.lag(group, topic)
      if (Object.values(lag).every((behind) => behind === 0)) return
      await delay(LOOK_MS)
    }
  }
  const steps = () => stages.progress.totals()
  await run(
    () => startStoreStage(stages),
    async () => {
      for await (const values of portions) {
        stop.throwIfAborted()
        await stream.append(EVENTS_TOPIC, values)
        onProgress(`stored ${steps()['stored']} events`)
      }
      await untilDone(GROUPS.store, EVENTS_TOPIC, () => `stored ${steps()['stored']} events`)
    },
  )
  await run(
    () => startReconcileStage(stages),
    () => untilDone(GROUPS.reconcile, TOUCHED_TOPIC, () => `resolved ${steps()['resolved']} events`),
  )
}
