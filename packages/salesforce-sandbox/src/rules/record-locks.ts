import { z } from 'zod'
import { dmlError, type DmlError } from '../dml/dml-result.ts'
import type { Org } from '../org.ts'

export const lockSchema = z.strictObject({
  ids: z.array(z.string()),
  /** Clock time in ms until which it is held; null when it counts attempts. */
  untilMs: z.number().nullable(),
  /** Attempts that it still refuses; null when it runs by time. */
  times: z.number().int().nullable(),
})
export type RecordLock = z.infer<typeof lockSchema>

/** A save waits this long for a lock before it gives up. */
const MAX_WAIT_MS = 10_000

/** The lock that keeps a save of these records out, one attempt spent; those that end in time are waited for. */
export function findLock(org: Org, ids: readonly string[]): DmlError | undefined {
  const locks = org.cells.locks.get()
  if (locks.length === 0) return undefined
  const nowMs = org.clock.nowMs()
  const held = locks.find((lock) => isHeld(lock, nowMs) && lock.ids.some((id) => ids.includes(id)))
  if (!held) return undefined
  spendAttempt(org, held)
  const ids15 = held.ids.filter((id) => ids.includes(id)).map((id) => id.slice(0, 15))
  return dmlError(
    'UNABLE_TO_LOCK_ROW',
    `unable to obtain exclusive access to this record or 1 records: ${ids15.join(',')}`,
  )
}

function isHeld({ untilMs, times }: RecordLock, nowMs: number): boolean {
  if (untilMs !== null) return untilMs - nowMs > MAX_WAIT_MS
  return (times ?? 0) > 0
}

function spendAttempt(org: Org, spent: RecordLock): void {
  if (spent.times === null) return
  const locks = org.cells.locks.get()
  const left = locks.map((lock) => (lock === spent ? { ...lock, times: (lock.times ?? 0) - 1 } : lock))
  org.cells.locks.set(left.filter((lock) => lock.times !== 0))
}

export function addLock(org: Org, lock: { ids: readonly string[]; forMs?: number; times?: number }): void {
  const untilMs = lock.forMs === undefined ? null : org.clock.nowMs() + lock.forMs
  const times = untilMs === null ? (lock.times ?? 1) : null
  org.cells.locks.set([...org.cells.locks.get(), { ids: [...lock.ids], untilMs, times }])
}
