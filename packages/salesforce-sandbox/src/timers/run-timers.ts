import { advanceBulk } from '../bulk/advance-bulk.ts'
import { commitLate } from '../admin/late-act.ts'
import { purgeRecord } from '../dml/delete-record.ts'
import type { Org } from '../org.ts'
import { systemActor } from '../store/load-fixtures.ts'
import type { Timer } from './timer.ts'

const BIN_MS = 15 * 86_400_000

const RUNNERS: Readonly<Record<Timer['kind'], (org: Org, timer: Timer) => void>> = {
  commit: (org, timer) => commitLate(org, timer.id),
  bulk: (org, timer) => advanceBulk(org, timer.id),
}

/** Does what is due by now, in order of time. */
export function runDueTimers(org: Org): void {
  for (;;) {
    const [next, ...rest] = org.cells.timers.get()
    if (!next || next.atMs > org.clock.nowMs()) break
    org.cells.timers.set(rest)
    org.store.startTransaction()
    RUNNERS[next.kind](org, next)
  }
  emptyBin(org)
}

/** Moves a clock that stands still, stopping at everything that is due on the way. */
export function moveClock(org: Org, toMs: number): void {
  for (;;) {
    const [next] = org.cells.timers.get()
    if (!next || next.atMs > toMs) break
    if (next.atMs > org.clock.nowMs()) org.clock.set(next.atMs)
    runDueTimers(org)
  }
  org.clock.set(toMs)
  runDueTimers(org)
}

/** Deleted records leave the bin after 15 days; the oldest are at the front. */
function emptyBin(org: Org): void {
  const leavingMs = org.clock.nowMs() - BIN_MS
  for (const { id, object: name, deletedAtMs } of org.store.binned()) {
    if (deletedAtMs === null || deletedAtMs > leavingMs) break
    const object = org.schema.object(name)
    if (object) purgeRecord(systemActor(org), object, id)
  }
}
