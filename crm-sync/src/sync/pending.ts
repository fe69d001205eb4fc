import type { CrmWork } from '@leadline/contract'
import type { RoundItem } from './round-tasks.ts'

/** Work that is on its way, with those who wait for it. */
export interface Pending extends RoundItem {
  readonly waiters: readonly (() => void)[]
}

export const toPending = ({ kind, id, reason, version }: CrmWork, done: () => void): Pending => ({
  kind,
  id,
  reason,
  version,
  attempt: 0,
  waiters: [done],
})

/** A look of our own at a contact whose visit goes on. */
export const toRefresh = (id: string, nowMs: number): Pending => ({
  kind: 'contact',
  id,
  reason: 'refresh',
  version: versionAt(nowMs),
  attempt: 0,
  waiters: [],
})

/** A company that came along with a person. */
export const toCompanion = (id: string, nowMs: number): Pending => ({
  kind: 'company',
  id,
  reason: 'contact',
  version: versionAt(nowMs),
  attempt: 0,
  waiters: [],
})

export const isRefresh = (item: Pending): boolean => item.waiters.length === 0 && item.reason === 'refresh'

/** Who the subject is may still be in motion. */
export const isIdentity = ({ reason }: RoundItem): boolean => reason === 'identity'

/** Nothing but visits changed. */
export const isOfVisits = ({ reason }: RoundItem): boolean => reason === 'session'

/** A second look because of the Account of the person's company. */
export const isOfAccount = ({ reason }: RoundItem): boolean => reason === 'account'

export const mergePending = (earlier: Pending, later: Pending): Pending => ({
  ...later,
  // What the rep reads as the reason is the weightiest change, not the page view after it.
  reason: weightOf(earlier) > weightOf(later) ? earlier.reason : later.reason,
  // Latency counts from the first change that is still to be written.
  version: earlier.version,
  attempt: Math.max(earlier.attempt, later.attempt),
  waiters: [...earlier.waiters, ...later.waiters],
})

/** A person who is erased, one who was asked for by hand, an identity change; a backfill is behind everything. */
const WEIGHTS: Readonly<Record<string, number>> = {
  erased: 4,
  manual: 3,
  identity: 2,
  refresh: 0,
  backfill: 0,
}

const weightOf = ({ reason }: RoundItem): number => WEIGHTS[reason] ?? 1

export const isBackfill = ({ reason }: RoundItem): boolean => reason === 'backfill'

const versionAt = (ms: number): string => String(BigInt(Math.trunc(ms)) << 20n)
