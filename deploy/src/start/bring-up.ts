import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { TOPICS, type Settings } from '@leadline/contract'
import { buildTag, buildVitals } from '@leadline/snippet'
import { openStream, StreamUnavailable, type Stream } from '@leadline/stream'
import { createWarehouse, migrate, type Warehouse } from '@leadline/warehouse'
import { CommandError } from '../command.ts'
import type { Endpoints } from '../instance/endpoints.ts'
import { PartFailed, type Part } from '../supervisor/part.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { buildEndpoints } from './build-endpoints.ts'
import { buildPartList } from './part-list.ts'
import type { PreparedInstance } from './prepare-instance.ts'

/** Told as each part of the start is done: its name and how long it took. */
type Progress = (done: string, tookMs: number) => void

export interface BringUpOptions {
  readonly progress: Progress
  /** The operator's word: no further step is begun. */
  readonly stop: AbortSignal
}

export interface RunningInstance {
  readonly endpoints: Endpoints
  readonly stream: Stream
  readonly warehouse: Warehouse
}

/** Tables and topics before what uses them, the deployables last. Throws CommandError in the part's own words. */
export async function bringUp(
  prepared: PreparedInstance,
  supervisor: Supervisor,
  { progress, stop }: BringUpOptions,
): Promise<RunningInstance> {
  const { settings } = prepared
  const { foundation, services } = buildPartList(prepared)
  await timed('tag', progress, () => writeTag(prepared.paths.tag, settings.collector.tag))
  await startAll(foundation, supervisor, progress)
  stop.throwIfAborted()
  const stream = await openStream(settings.stream)
  try {
    await timed('topics', progress, () => ensureTopics(stream))
    await timed('tables', progress, () => migrate(settings.warehouse))
    stop.throwIfAborted()
    await startAll(services, supervisor, progress)
    const endpoints = buildEndpoints(settings, prepared.ports, {
      pid: process.pid,
      parts: supervisor.states(),
    })
    return { stream, warehouse: createWarehouse(settings.warehouse), endpoints }
  } catch (error) {
    await stream.close()
    throw error
  }
}

async function writeTag(
  file: string,
  { globalName, bundle: features }: Settings['collector']['tag'],
): Promise<void> {
  const [tag, ripe, vitals] = await Promise.all([
    buildTag({ globalName, features }),
    buildTag({ isRipe: true, features }),
    buildVitals({ globalName }),
  ])
  await writeFile(file, tag.code)
  await writeFile(join(dirname(file), 'ripe.js'), ripe.code)
  await writeFile(join(dirname(file), 'leadline-vitals.js'), vitals)
}

async function ensureTopics(stream: Stream): Promise<void> {
  try {
    await stream.admin.ensureTopics(TOPICS)
  } catch (error) {
    if (!(error instanceof StreamUnavailable)) throw error
    throw new CommandError(`the stream cannot be used: ${error.message}`, { cause: error })
  }
}

/** All of a step together; the first that fails is named, after the others came to rest. */
async function startAll(parts: readonly Part[], supervisor: Supervisor, progress: Progress): Promise<void> {
  const results = await Promise.allSettled(
    parts.map((part) => timed(part.name, progress, () => supervisor.start(part))),
  )
  for (const result of results) if (result.status === 'rejected') throw explainFailure(result.reason)
}

const explainFailure = (error: unknown): unknown =>
  error instanceof PartFailed
    ? new CommandError(`${error.part} could not start: ${error.message}`, { cause: error })
    : error

async function timed(name: string, progress: Progress, work: () => Promise<unknown>): Promise<void> {
  const from = performance.now()
  await work()
  progress(name, performance.now() - from)
}
