import { CRM_WORK_TOPIC, GROUPS } from '@leadline/contract'
import type { Stream } from '@leadline/stream'
import { NIL_UUID } from '@leadline/warehouse'
import { loadCursor, saveCursor } from '../state/cursors.ts'
import type { Scope } from '../state/load-round.ts'
import { BACKFILL_ITEMS } from '../sync/work-queue.ts'
import { appendWork } from './append-work.ts'
import type { Filter } from './filter.ts'
import { selectContacts } from './select-subjects.ts'

export interface BackfillOptions extends Scope {
  readonly stream: Stream
  readonly filter: Filter
  /** Starts over, whatever an earlier backfill of the same filter left. */
  readonly restart: boolean
  readonly now: () => number
  readonly pause: (ms: number) => Promise<void>
  readonly onProgress: (progress: BackfillProgress) => void
}

export interface BackfillProgress {
  readonly handedOver: number
  /** Goes on where an earlier one was interrupted. */
  readonly isResumed: boolean
}

const LOOK_MS = 250
const DONE = 'done'

/**
 * Has every person of a filter looked at again, a page at a time: the next is handed over when the sync has taken the
 * last, so that what happens meanwhile need not wait behind 100,000 others. Where it stands is written down, so an
 * interrupted one goes on; what was handed over twice is compared and not written again.
 */
export async function runBackfill(options: BackfillOptions): Promise<number> {
  const { warehouse, ws, now } = options
  const name = `backfill:${JSON.stringify([...options.filter.values].toSorted(([a], [b]) => (a < b ? -1 : 1)))}`
  let cursor = await loadCursor(warehouse, ws, name)
  const isResumed = !options.restart && cursor !== undefined && cursor.value !== DONE
  let after = isResumed && cursor ? cursor.value : NIL_UUID
  let handedOver = 0
  for (;;) {
    const ids = await selectContacts(options, options.filter, { after, limit: BACKFILL_ITEMS })
    const last = ids.at(-1)
    if (last === undefined) break
    const subjects = ids.map((id) => ({ kind: 'contact', id }) as const)
    await appendWork(options.stream, { ws, subjects, reason: 'backfill', nowMs: now() })
    await waitForSync(options)
    after = last
    cursor = await saveCursor(warehouse, { ws, name, value: after, version: cursor?.version }, now())
    handedOver += ids.length
    options.onProgress({ handedOver, isResumed })
  }
  await saveCursor(warehouse, { ws, name, value: DONE, version: cursor?.version }, now())
  return handedOver
}

/** For what has been appended so far: of live work there may always be some. */
async function waitForSync({ stream, pause }: BackfillOptions): Promise<void> {
  const ends = await stream.admin.ends(CRM_WORK_TOPIC)
  for (;;) {
    const lag = await stream.admin.lag(GROUPS.crmSync, CRM_WORK_TOPIC, ends)
    if (Object.values(lag).every((behind) => behind === 0)) return
    await pause(LOOK_MS)
  }
}
