import type { CrmWork } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import { WarehouseError } from '@leadline/warehouse'
import { HoldDown } from '../hold-down.ts'
import { isCallRetried, retryDelayMs, type RetryTimes } from '../retry-policy.ts'
import { SalesforceError, type ErrorClass, type SalesforceFailure } from '../salesforce/errors.ts'
import type { OneAtATime } from './one-at-a-time.ts'
import { OpenVisits } from './open-visits.ts'
import type { RoundReport } from './round-report.ts'
import { itemKey, type RoundItem } from './round-tasks.ts'
import { createTrouble, type Trouble } from './trouble.ts'

export interface SyncOptions {
  readonly holdDownMs: number
  readonly maxHoldMs: number
  readonly refreshMs: number
  readonly retryTimes: RetryTimes
  readonly runRound: (
    items: readonly RoundItem[],
    holdOpen: (contactId: string) => boolean,
  ) => Promise<RoundReport>
  /** Writes down that an item waits for a person. */
  readonly recordRefusal: (item: RoundItem, failure: SalesforceFailure) => Promise<void>
  /** Forgets what was described, after the org's set-up was found wanting. */
  readonly forgetOrg: () => void
  readonly oneAtATime: OneAtATime
  readonly now: () => number
  readonly random: () => number
  readonly log: Log
}

export interface SyncCounts {
  created: number
  updated: number
  deleted: number
  parked: number
  skipped: number
}

/** Work that is on its way, with those who wait for it. */
interface Pending extends RoundItem {
  readonly waiters: readonly (() => void)[]
}

/** A read takes 2,000 ids and a write 200 records, so a full round costs one read for five writes. */
const ROUND_ITEMS = 1000

/**
 * Wait of what changes no identity. Nothing is in doubt then, so waiting only gathers: the events of one page view
 * leave the page, the collector and the resolver within about this time, and each look costs a call or two.
 */
const LINGER_MS = 500

/** The shortest pause between two looks at what is held. */
const MIN_PAUSE_MS = 5

/** Keeps one workspace in step: holds work down, runs rounds, tries again, refreshes visits that go on. */
export class WorkspaceSync {
  readonly counts: SyncCounts = { created: 0, updated: 0, deleted: 0, parked: 0, skipped: 0 }
  readonly #options: SyncOptions
  readonly #held: HoldDown<Pending>
  readonly #visits: OpenVisits
  readonly #trouble: Trouble
  #inFlight = 0
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #draining = false
  #drained: () => void = () => undefined
  #stopped = false

  constructor(options: SyncOptions) {
    this.#options = options
    const { holdDownMs: quietMs, maxHoldMs: maxMs } = options
    this.#held = new HoldDown({ quietMs, lingerMs: Math.min(LINGER_MS, quietMs), maxMs }, merge)
    this.#visits = new OpenVisits(options.refreshMs)
    this.#trouble = createTrouble(options.log)
  }

  /** Resolves when the work is applied, or recorded as parked. Stays open when the process stops before. */
  accept(work: CrmWork): Promise<void> {
    return new Promise((resolve) => {
      const { kind, id, reason, version } = work
      const item = { kind, id, reason, version, attempt: 0, waiters: [resolve] }
      this.#held.add(itemKey(item), { item, isIdentity: isIdentity(item) }, this.#options.now())
      this.#schedule()
    })
  }

  /** Looks at contacts again whose refresh was held back when the last process ended. */
  resumeRefreshes(contactIds: readonly string[]): void {
    for (const id of contactIds) this.#visits.refreshAt(id, this.#options.now())
    this.#schedule()
  }

  /** Items that are held or in hand. Later refreshes of visits do not count. */
  get waiting(): number {
    return this.#held.size + this.#inFlight
  }

  /** Why nothing goes out at present, as a code; undefined when all is well. */
  get brokenBy(): string | undefined {
    return this.#trouble.code
  }

  /** Holds nothing down any more; resolves when all work is done or, after a failure, left to the next start. */
  drain(): Promise<void> {
    this.#draining = true
    return new Promise((resolve) => {
      this.#drained = resolve
      this.#schedule()
    })
  }

  /** Ends after the round in hand. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  #schedule(): void {
    if (this.#stopped || this.#running) return
    const { now } = this.#options
    const dueMs = this.#draining ? (this.#held.size > 0 ? now() : undefined) : this.#nextDueMs()
    clearTimeout(this.#timer)
    if (this.#draining && this.#held.size === 0) this.#drained()
    if (dueMs === undefined) return
    this.#timer = setTimeout(() => this.#start(), Math.max(MIN_PAUSE_MS, dueMs - now()))
  }

  #nextDueMs(): number | undefined {
    const times = [this.#held.nextDueMs(), this.#visits.nextDueMs()].filter((time) => time !== undefined)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  #start(): void {
    if (this.#running || this.#stopped) return
    this.#running = this.#options
      .oneAtATime(() => this.#takeRound())
      .catch((error: unknown) => this.#options.log.error('a sync round failed unexpectedly', error))
      .finally(() => {
        this.#running = undefined
        this.#schedule()
      })
  }

  async #takeRound(): Promise<void> {
    const nowMs = this.#draining ? Number.POSITIVE_INFINITY : this.#options.now()
    const items = this.#held.takeDue(nowMs, ROUND_ITEMS)
    const refreshes = this.#draining ? [] : this.#takeRefreshes(items)
    if (items.length + refreshes.length === 0) return
    this.#inFlight = items.length
    try {
      await this.#run([...items, ...refreshes])
    } finally {
      this.#inFlight = 0
    }
  }

  #takeRefreshes(items: readonly Pending[]): readonly Pending[] {
    const { now } = this.#options
    const asked = new Set(items.map((item) => item.id))
    return this.#visits
      .takeDue(now(), ROUND_ITEMS - items.length)
      .filter((id) => !asked.has(id))
      .map((id) => ({
        kind: 'contact',
        id,
        reason: 'refresh',
        version: versionAt(now()),
        attempt: 0,
        waiters: [],
      }))
  }

  async #run(items: readonly Pending[]): Promise<void> {
    const { runRound, now } = this.#options
    try {
      const report = await runRound(items, (id) => this.#visits.isHeld(id, now()))
      this.#settle(items, report)
    } catch (error) {
      await this.#recover(items, error)
    }
  }

  /** What one item causes is put down to it by halving, so that it cannot hold up the others. */
  async #recover(items: readonly Pending[], error: unknown): Promise<void> {
    const cause = causeOf(error)
    if (cause.failure?.class === 'config') this.#options.forgetOrg()
    if (!cause.isOutside && items.length > 1) return await this.#runHalves(items)
    this.#trouble.note(error)
    for (const item of items) {
      if (cause.failure && !cause.isOutside) await this.#parkRefused(item, cause.failure)
      else this.#postpone(item, cause.failure?.class ?? 'retry')
    }
  }

  async #runHalves(items: readonly Pending[]): Promise<void> {
    const middle = Math.ceil(items.length / 2)
    await this.#run(items.slice(0, middle))
    await this.#run(items.slice(middle))
  }

  async #parkRefused(item: Pending, failure: SalesforceFailure): Promise<void> {
    try {
      await this.#options.recordRefusal(item, failure)
      this.#park(item)
    } catch (error) {
      this.#trouble.note(error)
      this.#postpone(item, 'retry')
    }
  }

  #settle(items: readonly Pending[], report: RoundReport): void {
    if (report.failure) this.#trouble.note(new SalesforceError(report.failure))
    else this.#trouble.clear()
    for (const item of items) {
      const outcome = report.outcomes.get(itemKey(item)) ?? { to: 'done' }
      if (outcome.to === 'retry') this.#postpone(item, outcome.failure.class)
      else if (outcome.to === 'parked') this.#park(item)
      else this.#finish(item)
      if (item.kind === 'contact') this.#visits.note(item.id, report, this.#options.now())
    }
    this.#requeueCompanies(items, report)
    const { created, updated, deleted, skipped } = report.counts
    this.counts.created += created
    this.counts.updated += updated
    this.counts.deleted += deleted
    this.counts.skipped += skipped
  }

  /** Companies that came along with a person have no item of their own; a write to come gives them one. */
  #requeueCompanies(items: readonly Pending[], report: RoundReport): void {
    const own = new Set(items.map(itemKey))
    for (const [key, outcome] of report.outcomes) {
      if (own.has(key) || outcome.to !== 'retry') continue
      const id = key.replace(/^company:/, '')
      const version = versionAt(this.#options.now())
      this.#postpone(
        { kind: 'company', id, reason: 'contact', version, attempt: 0, waiters: [] },
        outcome.failure.class,
      )
    }
  }

  #finish(item: Pending): void {
    for (const done of item.waiters) done()
  }

  #park(item: Pending): void {
    this.counts.parked += 1
    this.#finish(item)
  }

  /** While draining a failure ends the attempt: the stream hands the work over again after the restart. */
  #postpone(item: Pending, errorClass: ErrorClass): void {
    if (this.#draining) return
    const { retryTimes, random, now } = this.#options
    const delayMs = retryDelayMs({ class: errorClass, attempt: item.attempt }, retryTimes, random())
    if (item.waiters.length === 0 && item.reason === 'refresh') {
      this.#visits.refreshAt(item.id, now() + delayMs)
      return
    }
    this.#held.postpone(itemKey(item), { ...item, attempt: item.attempt + 1 }, now() + delayMs)
  }
}

/** Whether the outside is to blame, and not what was asked of it. */
function causeOf(error: unknown): { readonly failure?: SalesforceFailure; readonly isOutside: boolean } {
  if (!(error instanceof SalesforceError)) return { isOutside: error instanceof WarehouseError }
  return { failure: error.failure, isOutside: isCallRetried(error.failure.class) }
}

const versionAt = (ms: number): string => String(BigInt(Math.trunc(ms)) << 20n)

const isIdentity = ({ reason }: RoundItem): boolean => reason === 'identity'

const merge = (earlier: Pending, later: Pending): Pending => ({
  ...later,
  // What the rep reads as the reason is the weightiest change, not the page view after it.
  reason: isIdentity(earlier) ? earlier.reason : later.reason,
  // Latency counts from the first change that is still to be written.
  version: earlier.version,
  attempt: Math.max(earlier.attempt, later.attempt),
  waiters: [...earlier.waiters, ...later.waiters],
})
