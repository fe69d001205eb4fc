import type { Log } from '@leadline/runtime'
import type { Batch, Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import type { ErasureBook } from '../control/erasures.ts'
import type { Progress } from '../progress.ts'
import type { Workspaces } from '../workspaces.ts'
import { bury, toRefusedLetter } from './dead-letters.ts'
import { decodeValue } from './decode-value.ts'
import { EventBlock } from './event-block.ts'
import { fillParts, type Aside, type Part } from './fill-parts.ts'
import { groupBatches } from './group-batches.ts'
import { isRefusedForGood, storeAllButRefused } from './refused-rows.ts'
import { WriteBehind } from './write-behind.ts'

export interface StoreDependencies {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly workspaces: Workspaces
  readonly erasures: ErasureBook
  readonly progress: Progress
  readonly log: Log
  readonly now: () => number
  /** A batch is stored so many ms after the one before it at the earliest; default 0. */
  readonly gatherMs?: number
}

/**
 * First stage: events, and what they say, become rows; then the reconciler is told which identifiers they touch.
 * Every row is a union with what is there, so a batch that is handed over again changes nothing.
 */
export function createStoreStage(dependencies: StoreDependencies): (batch: Batch) => Promise<void> {
  const { progress, warehouse, erasures } = dependencies
  const storeGroup = groupBatches<readonly Buffer[]>(async (batches) => {
    await erasures.refresh(warehouse)
    await storeValues(dependencies, batches.flat())
  }, dependencies.gatherMs)
  return async ({ values }) => await progress.during(async () => await storeGroup(values))
}

/** One part is written while the next is filled. */
async function storeValues(dependencies: StoreDependencies, values: readonly Buffer[]): Promise<void> {
  const { workspaces, progress, now } = dependencies
  const aside: Aside = { dead: [], erased: 0 }
  const writing = new WriteBehind()
  try {
    for await (const part of fillParts(values, { workspaces, at: new Date(now()).toISOString(), aside }))
      await writing.begin(() => storePart(dependencies, part))
  } finally {
    await writing.finish()
  }
  await bury(dependencies, aside.dead)
  progress.count('erased', aside.erased)
}

/** An event that the engine will never take is put aside; what came with it is stored. */
async function storePart(dependencies: StoreDependencies, part: Part): Promise<void> {
  try {
    if (part.refusal) throw part.refusal
    if (part.block.size > 0) await storeBlock(dependencies, part.block)
  } catch (error) {
    if (!isRefusedForGood(error)) throw error
    await storeOneByOne(dependencies, part)
  }
}

async function storeBlock(dependencies: StoreDependencies, block: EventBlock): Promise<void> {
  await block.store(dependencies)
  dependencies.progress.count('stored', block.size)
}

/** By halves, down to what is refused. The events are read again: they were let go as their rows were made. */
async function storeOneByOne(dependencies: StoreDependencies, { workspace, values }: Part): Promise<void> {
  const at = new Date(dependencies.now()).toISOString()
  const events = values.flatMap((value) => decodeValue(value, dependencies.workspaces, at).events)
  const refused = await storeAllButRefused(events, async (some) => {
    const block = new EventBlock(workspace)
    for (const event of some) block.add(event)
    await storeBlock(dependencies, block)
  })
  await bury(
    dependencies,
    refused.map(({ item, reason }) => toRefusedLetter(item, reason, at)),
  )
}
