import { HoldDown } from '../hold-down.ts'
import { retryDelayMs, type RetryTimes } from '../retry-policy.ts'
import type { ErrorClass } from '../salesforce/errors.ts'
import { OpenVisits } from './open-visits.ts'
import {
  isBackfill,
  isIdentity,
  isOfVisits,
  isRefresh,
  mergePending,
  toRefresh,
  type Pending,
} from './pending.ts'
import type { RoundReport } from './round-report.ts'
import { itemKey } from './round-tasks.ts'

export interface QueueOptions {
  readonly holdDownMs: number
  readonly maxHoldMs: number
  readonly refreshMs: number
  /** How many times longer what is only about visits waits at present: calls get short. */
  readonly pace?: () => number
  readonly retryTimes: RetryTimes
  readonly now: () => number
  readonly random: () => number
}

/** A read takes 2,000 ids and a write 200 records, so a full round costs one read for ten writes. */
const ROUND_ITEMS = 2000

/** So many that a moment's wait saves calls. */
const CROWD = 200
const CROWD_LINGER_MS = 500

/**
 * What is filled in afterwards goes in rounds of its own that are worth a bulk job: it waits until a page of it is in,
 * or nothing more of it came for a while.
 */
export const BACKFILL_ITEMS = 5000
const BACKFILL_LINGER_MS = 2000

/**
 * Wait of what changes no identity. Nothing is in doubt then, so waiting only gathers: the events of one page view
 * leave the page, the collector and the resolver within about this time, and each look costs a call or two.
 */
const LINGER_MS = 500

/** A change of a company goes along with the next round, most often that of the person who brought it about. */
const isOfCompany = ({ kind, reason }: Pending): boolean => kind === 'company' && reason === 'company'

/**
 * What is only about visits is due at ticks, so many in a refresh interval: a round costs a few calls whoever is in
 * it, and what all wait for a tick goes in one.
 */
const TICKS = 4

/** What one workspace has to look at, and when: held work, tries after a failure, visits that go on. */
export class WorkQueue {
  readonly #options: QueueOptions
  readonly #held: HoldDown<Pending>
  /** Of backfills. */
  readonly #filling: HoldDown<Pending>
  /** What somebody else has in hand, by item key. */
  readonly #waiting = new Map<string, Pending>()
  readonly #visits: OpenVisits
  #draining = false
  #lastFilledMs = 0
  #lastRoundMs = 0

  constructor(options: QueueOptions) {
    this.#options = options
    const { holdDownMs: quietMs, maxHoldMs: maxMs } = options
    this.#held = new HoldDown({ quietMs, maxMs }, mergePending)
    this.#filling = new HoldDown({ quietMs, maxMs }, mergePending)
    this.#visits = new OpenVisits(options.refreshMs)
  }

  /** Items that are held. Later refreshes of visits do not count. */
  get size(): number {
    return this.#held.size + this.#filling.size + this.#waiting.size
  }

  add(item: Pending): void {
    if (isBackfill(item)) {
      this.#lastFilledMs = this.#options.now()
      this.#filling.add(itemKey(item), { item, isIdentity: false, lingerMs: 0 }, this.#lastFilledMs)
      return
    }
    const sign = { item, isIdentity: isIdentity(item), lingerMs: this.#lingerMs(item) }
    this.#held.add(itemKey(item), sign, this.#options.now())
  }

  #lingerMs(item: Pending): number {
    const { holdDownMs, maxHoldMs, now } = this.#options
    if (isOfVisits(item)) return this.#nextTickMs(now()) - now()
    return isOfCompany(item) ? maxHoldMs : Math.min(LINGER_MS, holdDownMs)
  }

  #nextTickMs(ms: number): number {
    const tickMs = this.#tickMs()
    return Math.ceil(ms / tickMs) * tickMs
  }

  #tickMs(): number {
    const { refreshMs, pace = () => 1 } = this.#options
    return (refreshMs / TICKS) * pace()
  }

  /** Looks at a contact again whose refresh was held back. */
  refreshNow(contactId: string): void {
    this.#visits.refreshAt(contactId, this.#options.now())
  }

  /** From now on everything held is due, nothing is refreshed, and what fails is left to the stream. */
  drain(): void {
    this.#draining = true
    this.#waiting.clear()
  }

  /** When a round is due; undefined when there is nothing to wait for. Backfills have rounds of their own. */
  nextDueMs(): number | undefined {
    if (this.#draining) return this.#held.size > 0 ? this.#options.now() : undefined
    const visitMs = this.#visits.nextDueMs()
    const times = [this.#nextRoundMs(), visitMs === undefined ? undefined : this.#nextTickMs(visitMs)].filter(
      (time) => time !== undefined,
    )
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /**
   * A fuller round costs fewer calls for each: in a crowd the first waits a moment for the others, and where people come
   * all the time, rounds begin the quiet time apart.
   */
  #nextRoundMs(): number | undefined {
    const dueMs = this.#held.nextDueMs()
    if (dueMs === undefined || this.#held.size >= ROUND_ITEMS) return dueMs
    const lingerMs = this.#held.size >= CROWD ? CROWD_LINGER_MS : 0
    return Math.max(dueMs + lingerMs, this.#lastRoundMs + this.#options.holdDownMs)
  }

  /** When a backfill's round is due: a page of it is there, or nothing more of it came for a while. */
  nextFillMs(): number | undefined {
    if (this.#draining) return this.#filling.size > 0 ? this.#options.now() : undefined
    const dueMs = this.#filling.nextDueMs()
    if (dueMs === undefined || this.#filling.size >= BACKFILL_ITEMS) return dueMs
    return Math.max(dueMs, this.#lastFilledMs + BACKFILL_LINGER_MS)
  }

  /** Removes and returns what is due, as much as a round takes; nothing of backfills. */
  takeDue(): { readonly items: readonly Pending[]; readonly refreshes: readonly Pending[] } {
    const nowMs = this.#draining ? Number.POSITIVE_INFINITY : this.#options.now()
    const items = this.#held.takeDue(nowMs, ROUND_ITEMS, isOfCompany)
    if (items.length > 0) this.#lastRoundMs = this.#options.now()
    if (this.#draining) return { items, refreshes: [] }
    const asked = new Set(items.map((item) => item.id))
    const contactIds = this.#visits.takeDue(nowMs, Math.max(0, ROUND_ITEMS - items.length))
    const refreshes = contactIds.filter((id) => !asked.has(id)).map((id) => toRefresh(id, nowMs))
    return { items, refreshes }
  }

  /** Of backfills. */
  takeFill(): readonly Pending[] {
    return this.#filling.takeDue(
      this.#draining ? Number.POSITIVE_INFINITY : this.#options.now(),
      BACKFILL_ITEMS,
    )
  }

  /** The same item again when others gave back what it needs. */
  wait(item: Pending): void {
    if (this.#draining) return
    const key = itemKey(item)
    const known = this.#waiting.get(key)
    if (isRefresh(item)) this.#visits.refreshAt(item.id, this.#options.now() + this.#tickMs())
    else this.#waiting.set(key, known ? mergePending(known, item) : item)
  }

  /** What waited for others is due. */
  endWait(): void {
    const nowMs = this.#options.now()
    for (const [key, item] of this.#waiting) this.#heldOf(item).postpone(key, item, nowMs)
    this.#waiting.clear()
  }

  /** The same item again after a pause. While draining the stream hands the work over again after the restart. */
  postpone(item: Pending, errorClass: ErrorClass): void {
    if (this.#draining) return
    const { retryTimes, random, now } = this.#options
    const delayMs = retryDelayMs({ class: errorClass, attempt: item.attempt }, retryTimes, random())
    const notBeforeMs = now() + delayMs
    if (isRefresh(item)) this.#visits.refreshAt(item.id, notBeforeMs)
    else this.#heldOf(item).postpone(itemKey(item), { ...item, attempt: item.attempt + 1 }, notBeforeMs)
  }

  #heldOf(item: Pending): HoldDown<Pending> {
    return isBackfill(item) ? this.#filling : this.#held
  }

  /** Whether rows of a contact's visit that goes on wait for the next refresh. */
  isVisitHeld(contactId: string): boolean {
    return this.#visits.isHeld(contactId, this.#options.now())
  }

  noteVisit(contactId: string, report: RoundReport): void {
    this.#visits.note(contactId, report, this.#options.now())
  }
}
