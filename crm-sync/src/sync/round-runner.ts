import type { Log } from '@leadline/runtime'
import { WarehouseError } from '@leadline/warehouse'
import { isCallRetried } from '../retry-policy.ts'
import { SalesforceError, type SalesforceFailure } from '../salesforce/errors.ts'
import { NotOwnerError } from '../state/owner-lease.ts'
import { toCompanion, type Pending } from './pending.ts'
import type { RoundReport } from './round-report.ts'
import { itemKey, type RoundItem } from './round-tasks.ts'
import { createTrouble, type Trouble } from './trouble.ts'
import type { WorkQueue } from './work-queue.ts'

export interface RunnerOptions {
  /** `isFill`: a backfill's, beside which others go on. */
  readonly runRound: (items: readonly Pending[], isFill: boolean) => Promise<RoundReport>
  /** Writes down that an item waits for a person. */
  readonly recordRefusal: (item: RoundItem, failure: SalesforceFailure) => Promise<void>
  /** Forgets what was described, after the org's set-up was found wanting. */
  readonly forgetOrg: () => void
  /** Told how the items of a round ended. */
  readonly onSettled: (items: readonly RoundItem[], report: RoundReport) => Promise<void>
  readonly now: () => number
  readonly log: Log
}

export interface SyncCounts {
  created: number
  updated: number
  deleted: number
  parked: number
  skipped: number
}

/** Runs rounds, and sees to it that each item of a round ends done, parked or back in the queue. */
export class RoundRunner {
  readonly counts: SyncCounts = { created: 0, updated: 0, deleted: 0, parked: 0, skipped: 0 }
  readonly #options: RunnerOptions
  readonly #queue: WorkQueue
  readonly #trouble: Trouble

  constructor(options: RunnerOptions, queue: WorkQueue) {
    this.#options = options
    this.#queue = queue
    this.#trouble = createTrouble(options.log)
  }

  /** Why nothing goes out at present, as a code; undefined when all is well. */
  get brokenBy(): string | undefined {
    return this.#trouble.code
  }

  /** Something went wrong beside the rounds. */
  noteTrouble(error: unknown): void {
    this.#trouble.note(error)
  }

  async run(items: readonly Pending[], isFill = false): Promise<void> {
    try {
      const report = await this.#options.runRound(items, isFill)
      const { held = [], taken = [] } = Object.groupBy(items, (item) =>
        report.held.has(itemKey(item)) ? 'held' : 'taken',
      )
      for (const item of held) this.#queue.wait(item)
      await this.#options.onSettled(taken, report)
      if (report.isSchemaStale) this.#options.forgetOrg()
      this.#settle(taken, report)
    } catch (error) {
      await this.#recover(items, error, isFill)
    }
  }

  /** What one item causes is put down to it by halving, so that it cannot hold up the others. */
  async #recover(items: readonly Pending[], error: unknown, isFill: boolean): Promise<void> {
    const cause = causeOf(error)
    if (cause.failure?.class === 'config') this.#options.forgetOrg()
    if (!cause.isOutside && items.length > 1) return await this.#runHalves(items, isFill)
    this.#trouble.note(error)
    for (const item of items) {
      if (cause.failure && !cause.isOutside) await this.#parkRefused(item, cause.failure)
      else this.#queue.postpone(item, cause.failure?.class ?? 'retry')
    }
  }

  async #runHalves(items: readonly Pending[], isFill: boolean): Promise<void> {
    const middle = Math.ceil(items.length / 2)
    await this.run(items.slice(0, middle), isFill)
    await this.run(items.slice(middle), isFill)
  }

  async #parkRefused(item: Pending, failure: SalesforceFailure): Promise<void> {
    try {
      await this.#options.recordRefusal(item, failure)
      this.#park(item)
    } catch (error) {
      this.#trouble.note(error)
      this.#queue.postpone(item, 'retry')
    }
  }

  #settle(items: readonly Pending[], report: RoundReport): void {
    if (report.failure) this.#trouble.note(new SalesforceError(report.failure))
    else this.#trouble.clear()
    for (const item of items) {
      const outcome = report.outcomes.get(itemKey(item)) ?? { to: 'done' }
      if (outcome.to === 'retry') this.#queue.postpone(item, outcome.failure.class)
      else if (outcome.to === 'parked') this.#park(item)
      else finish(item)
      if (item.kind === 'contact') this.#queue.noteVisit(item.id, report)
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
      const companion = toCompanion(key.replace(/^company:/, ''), this.#options.now())
      this.#queue.postpone(companion, outcome.failure.class)
    }
  }

  #park(item: Pending): void {
    this.counts.parked += 1
    finish(item)
  }
}

function finish(item: Pending): void {
  for (const done of item.waiters) done()
}

/** Whether the outside is to blame, and not what was asked of it. */
function causeOf(error: unknown): { readonly failure?: SalesforceFailure; readonly isOutside: boolean } {
  if (!(error instanceof SalesforceError))
    return { isOutside: error instanceof WarehouseError || error instanceof NotOwnerError }
  return { failure: error.failure, isOutside: isCallRetried(error.failure.class) }
}
