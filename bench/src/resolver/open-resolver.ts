import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EVENTS_TOPIC, GROUPS, TOPICS, TOUCHED_TOPIC } from '@leadline/contract'
import { createLog } from '@leadline/runtime'
import {
  prepareStages,
  startReconcileStage,
  startStoreStage,
  type StageDependencies,
} from '@leadline/resolver/src/start-stages.ts'
import { toSettings } from '@leadline/resolver/test-support/settings.ts'
import { waitUntil } from '@leadline/resolver/test-support/wait-until.ts'
import { openStream, type Stream, type StreamSettings } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { openTestWarehouse } from '@leadline/warehouse/test-warehouse'

/** The resolver's two stages on a log and an engine of their own. */
export interface OpenResolver {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly stages: StageDependencies
  /** Of the embedded log. */
  readonly directory: string
  start(): Promise<void>
  /** Everything in the log is resolved. */
  settle(): Promise<void>
  close(): Promise<void>
}

const LIMIT_MS = 600_000
const FLOW = [
  [GROUPS.store, EVENTS_TOPIC],
  [GROUPS.reconcile, TOUCHED_TOPIC],
] as const

/** `watch` may put something before the engine. Without `log` the embedded one is used. */
export async function openResolver({
  log,
  watch = (warehouse) => warehouse,
}: {
  readonly log?: StreamSettings
  readonly watch?: (warehouse: Warehouse) => Warehouse
} = {}): Promise<OpenResolver> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-bench-resolver-'))
  const stream = await openStream(log ?? { kind: 'embedded', directory, maxBytes: 2 ** 33 })
  await stream.admin.ensureTopics(TOPICS)
  const database = await openTestWarehouse()
  const stages = await prepareStages({
    stream,
    warehouse: watch(database.warehouse),
    settings: toSettings(1).workspaces,
    log: createLog('resolver', (line, level) => {
      if (level !== 'info') process.stderr.write(`${line}\n`)
    }),
    now: Date.now,
  })
  const consumers: { stop(): Promise<void> }[] = []
  const isDone = async (): Promise<boolean> => {
    for (const [group, topic] of FLOW) {
      const lag = await stream.admin.lag(group, topic)
      if (Object.values(lag).some((behind) => behind > 0)) return false
    }
    return stages.progress.isIdle()
  }
  return {
    stream,
    warehouse: database.warehouse,
    stages,
    directory,
    start: async () => {
      consumers.push(await startReconcileStage(stages), await startStoreStage(stages))
    },
    settle: () => waitUntil('all is resolved', isDone, LIMIT_MS),
    close: async () => {
      for (const consumer of consumers.toReversed()) await consumer.stop()
      await stream.close()
      await database.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
