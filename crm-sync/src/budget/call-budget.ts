import type { SalesforceFailure } from '../salesforce/errors.ts'
import { CallWindow } from './call-window.ts'
import { LANES, rankOf, SHARE_OF_LANE, type Lane } from './lanes.ts'

export interface ApiUsage {
  readonly used: number
  readonly limit: number
}

/** What we may use of the org's calls. */
export interface BudgetRules {
  /** Of the org's daily limit. */
  readonly sharePercent: number
  /** In calls; wins over the share. */
  readonly callsPerDay?: number | undefined
  /** At this use of the whole org, by anybody, our lanes begin to stop. */
  readonly stopAtPercent: number
}

/** How long an answer about the org's use is believed, when it keeps us from calling. */
const USAGE_AGE_MS = 15 * 60_000

/** By how much of the timeline's part of the day's calls is used up. */
const PACES = [
  { from: 0.85, pace: 8 },
  { from: 0.7, pace: 4 },
  { from: 0.5, pace: 2 },
] as const

/** Whether a lane may still call, by what we used ourselves and by what the whole org used. */
export class CallBudget {
  readonly window = new CallWindow()
  readonly #rules: BudgetRules
  #usage: (ApiUsage & { readonly atMs: number }) | undefined

  constructor(rules: BudgetRules) {
    this.#rules = rules
  }

  get usage(): ApiUsage | undefined {
    return this.#usage && { used: this.#usage.used, limit: this.#usage.limit }
  }

  noteUsage(usage: ApiUsage, nowMs: number): void {
    this.#usage = { ...usage, atMs: nowMs }
  }

  /** Our calls a day; undefined while the org's limit is not known. */
  allowed(): number | undefined {
    const byShare = this.#usage && Math.floor((this.#usage.limit * this.#rules.sharePercent) / 100)
    return this.#rules.callsPerDay ?? byShare
  }

  /** So many times longer than usual waits what can wait: rows of visits come late rather than not at all. */
  pace(nowMs: number): number {
    const allowed = this.allowed()
    if (allowed === undefined) return 1
    const used = this.window.total(nowMs) / (allowed * SHARE_OF_LANE.timeline)
    return PACES.find(({ from }) => used >= from)?.pace ?? 1
  }

  /** Why a lane may not call now; undefined when it may. */
  refusal(lane: Lane, nowMs: number): SalesforceFailure | undefined {
    const allowed = this.allowed()
    if (allowed !== undefined && this.window.total(nowMs) >= allowed * SHARE_OF_LANE[lane])
      return spent(lane, 'our share of the daily calls', this.window.nextReliefMs(nowMs))
    const usage = this.#usage
    if (usage && nowMs - usage.atMs < USAGE_AGE_MS && usage.used >= usage.limit * this.#ceiling(lane))
      return spent(lane, 'what the org as a whole may use', usage.atMs + USAGE_AGE_MS)
    return undefined
  }

  /** Rises from the setting for the last lane to nearly everything for the first. */
  #ceiling(lane: Lane): number {
    const floor = this.#rules.stopAtPercent / 100
    const last = LANES.length - 1
    return floor + ((1 - floor) * 0.9 * (last - rankOf(lane))) / last
  }
}

const spent = (lane: Lane, what: string, retryAtMs: number): SalesforceFailure => ({
  code: 'lane_spent',
  class: 'budget',
  status: 0,
  detail: `the lane ${lane} has used ${what}`,
  fields: [],
  retryAtMs,
})
