import {
  CRM_WORK_TOPIC,
  DEAD_TOPIC,
  decodeCrmWork,
  encodeDeadLetter,
  GROUPS,
  type CrmWork,
} from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import type { Batch, Consumer, Stream } from '@leadline/stream'

export interface WorkTarget {
  /** Resolves when the work is applied, or recorded as parked. */
  accept(work: CrmWork): Promise<void>
}

export interface WorkCounts {
  /** Work of workspaces without a CRM: there is nothing to do. */
  noCrm: number
  /** What could not be decoded; it lies in the dead-letter topic. */
  dead: number
}

export interface ConsumeWorkOptions {
  readonly stream: Stream
  /** By workspace id. */
  readonly targets: ReadonlyMap<number, WorkTarget>
  readonly counts: WorkCounts
  readonly log: Log
  readonly now: () => number
}

/** Held-back work keeps its batch open, so many batches are in hand at once. */
const MAX_IN_FLIGHT = 64
const MAX_VALUES = 500

export function consumeWork(options: ConsumeWorkOptions): Promise<Consumer> {
  return options.stream.consume({
    topic: CRM_WORK_TOPIC,
    group: GROUPS.crmSync,
    maxInFlight: MAX_IN_FLIGHT,
    maxValues: MAX_VALUES,
    handle: (batch) => handleBatch(options, batch),
    onFailure: ({ error, partition, attempt }) =>
      options.log.error('a batch of CRM work failed and is handed over again', error, { partition, attempt }),
  })
}

async function handleBatch(options: ConsumeWorkOptions, batch: Batch): Promise<void> {
  const { targets, counts } = options
  const letters: string[] = []
  const done: Promise<void>[] = []
  for (const value of batch.values) {
    const work = decodeCrmWork(value)
    if (!work.ok) {
      letters.push(toLetter(value, work.reason, options.now()))
      continue
    }
    const target = targets.get(work.value.workspace)
    if (target) done.push(target.accept(work.value))
    else counts.noCrm += 1
  }
  if (letters.length > 0) {
    await options.stream.append(
      DEAD_TOPIC,
      letters.map((value) => ({ key: GROUPS.crmSync, value })),
    )
    counts.dead += letters.length
  }
  await Promise.all(done)
}

const toLetter = (value: Buffer, reason: string, nowMs: number): string =>
  encodeDeadLetter({
    v: 1,
    step: 'crm-sync.decode-work',
    reason,
    at: new Date(nowMs).toISOString(),
    original: value.toString('base64'),
  })
