import { z } from 'zod'
import { dmlError, type DmlError } from '../dml/dml-result.ts'
import type { Org } from '../org.ts'
import type { Claim } from './running-transactions.ts'

export const lockSchema = z.strictObject({
  ids: z.array(z.string()),
  /** Clock time in ms until which it is held; null when it counts attempts. */
  untilMs: z.number().nullable(),
  /** Attempts that it still refuses; null when it runs by time. */
  times: z.number().int().nullable(),
  /** Held by an approval process until it is taken away: editing is refused at once. */
  isApproval: z.boolean().default(false),
})
export type RecordLock = z.infer<typeof lockSchema>

/** What keeps a save of these records out: a lock of the administrator's, one attempt spent, or another transaction. */
export function findLock(org: Org, claim: Claim): DmlError | undefined {
  const nowMs = org.clock.nowMs()
  const { lockWaitMs: maxWaitMs, transactionMs } = org.settings.limits
  const held = org.cells.locks
    .get()
    .find((lock) => isHeld(lock, nowMs + maxWaitMs) && lock.ids.some((id) => claim.ids.includes(id)))
  if (held) {
    spendAttempt(org, held)
    return unableToLock(held.ids.filter((id) => claim.ids.includes(id)))
  }
  const refused = org.running.claim(claim, { nowMs, maxWaitMs, transactionMs })
  return refused.length === 0 ? undefined : unableToLock(refused)
}

function unableToLock(ids: readonly string[]): DmlError {
  const ids15 = ids.map((id) => id.slice(0, 15))
  return dmlError(
    'UNABLE_TO_LOCK_ROW',
    `unable to obtain exclusive access to this record or 1 records: ${ids15.join(',')}`,
  )
}

/** A lock that ends in time is waited for. */
function isHeld({ untilMs, times, isApproval }: RecordLock, patienceMs: number): boolean {
  if (isApproval) return false
  if (untilMs !== null) return untilMs > patienceMs
  return (times ?? 0) > 0
}

function spendAttempt(org: Org, spent: RecordLock): void {
  if (spent.times === null) return
  const locks = org.cells.locks.get()
  const left = locks.map((lock) => (lock === spent ? { ...lock, times: (lock.times ?? 0) - 1 } : lock))
  org.cells.locks.set(left.filter((lock) => lock.times !== 0))
}

/** Records that wait for somebody's approval are edited by nobody. */
export function isInApproval(org: Org, id: string): boolean {
  return org.cells.locks.get().some((lock) => lock.isApproval && lock.ids.includes(id))
}

export interface LockInput {
  readonly ids: readonly string[]
  readonly forMs?: number
  readonly times?: number
  readonly isApproval?: boolean
}

export function addLock(org: Org, lock: LockInput): void {
  const untilMs = lock.forMs === undefined ? null : org.clock.nowMs() + lock.forMs
  const times = untilMs === null ? (lock.times ?? 1) : null
  org.cells.locks.set([
    ...org.cells.locks.get(),
    { ids: [...lock.ids], untilMs, times, isApproval: lock.isApproval ?? false },
  ])
}
