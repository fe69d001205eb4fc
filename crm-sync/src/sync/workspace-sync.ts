import type { CrmWork } from '@leadline/contract'
import { DueLoop } from './due-loop.ts'
import type { InHand } from './in-hand.ts'
import type { OneAtATime } from './one-at-a-time.ts'
import { toPending, type Pending } from './pending.ts'
import { RoundRunner, type RunnerOptions, type SyncCounts } from './round-runner.ts'
import { WorkQueue, type QueueOptions } from './work-queue.ts'

export interface SyncOptions extends QueueOptions, Omit<RunnerOptions, 'runRound'> {
  readonly runRound: (items: readonly Pending[], ways: RoundWays) => ReturnType<RunnerOptions['runRound']>
  readonly oneAtATime: OneAtATime
  readonly inHand: InHand
  /** Brings what a backfill left to its end, and if it is over then, gives free what nobody looked at again. */
  readonly settleBackfill: (isOver: () => boolean) => Promise<void>
  /** Told when a backfill's round begins and ends. */
  readonly onFill: (isOn: boolean) => void
  /** Ends the waiting for a bulk job, which goes on by itself. */
  readonly leaveJob: () => void
}

/** How long the work of a backfill may take to come again, after a start or a failure. */
const LEFT_MS = 30_000

/** How a round goes about its work. */
export interface RoundWays {
  readonly holdOpen: (contactId: string) => boolean
  /** For what must not meet other rounds and polls. */
  readonly inTurn: OneAtATime
}

/**
 * Keeps one workspace in step: takes work, and runs a round whenever something is due. A round of a backfill may take
 * hours; it takes its turn only to load and to record, so that others go on beside it, except where it writes.
 */
export class WorkspaceSync {
  readonly #options: SyncOptions
  readonly #queue: WorkQueue
  readonly #runner: RoundRunner
  readonly #rounds: DueLoop
  readonly #fills: DueLoop
  #inFlight = 0
  /** When to settle what a backfill left, if it does not go on; undefined when that is done. */
  #settleAtMs: number | undefined
  #onDrained: (() => void) | undefined

  constructor(options: SyncOptions) {
    this.#options = options
    this.#queue = new WorkQueue(options)
    this.#settleAtMs = options.now() + LEFT_MS
    const { oneAtATime, runRound, log, now } = options
    const holdOpen = (id: string): boolean => this.#queue.isVisitHeld(id)
    this.#runner = new RoundRunner(
      {
        ...options,
        runRound: (items, isFill) =>
          runRound(items, { holdOpen, inTurn: isFill ? oneAtATime : (work) => work() }),
      },
      this.#queue,
    )
    const onError = (error: unknown): void => log.error('a sync round failed unexpectedly', error)
    this.#rounds = new DueLoop({
      now,
      onError,
      nextDueMs: () => this.#queue.nextDueMs(),
      run: () => oneAtATime(() => this.#takeRound()),
    })
    this.#fills = new DueLoop({
      now,
      onError,
      nextDueMs: () => this.#nextFillMs(),
      run: () => this.#takeFill(),
    })
  }

  /** Resolves when the work is applied, or recorded as parked. Stays open when the process stops before. */
  accept(work: CrmWork): Promise<void> {
    return new Promise((resolve) => {
      this.#queue.add(toPending(work, resolve))
      this.#schedule()
    })
  }

  /** Looks at contacts again whose refresh was held back when the last process ended. */
  resumeRefreshes(contactIds: readonly string[]): void {
    for (const id of contactIds) this.#queue.refreshNow(id)
    this.#schedule()
  }

  get counts(): Readonly<SyncCounts> {
    return this.#runner.counts
  }

  /** Items that are held or in hand. Later refreshes of visits do not count. */
  get waiting(): number {
    return this.#queue.size + this.#inFlight
  }

  /** Why nothing goes out at present, as a code; undefined when all is well. */
  get brokenBy(): string | undefined {
    return this.#runner.brokenBy
  }

  /** Holds nothing down any more; resolves when all work is done or, after a failure, left to the next start. */
  drain(): Promise<void> {
    this.#queue.drain()
    this.#options.leaveJob()
    return new Promise((resolve) => {
      this.#onDrained = resolve
      this.#schedule()
    })
  }

  /** Ends after the rounds in hand. */
  async stop(): Promise<void> {
    this.#options.leaveJob()
    await Promise.all([this.#rounds.stop(), this.#fills.stop()])
  }

  #schedule(): void {
    this.#rounds.schedule()
    this.#fills.schedule()
    if (this.#queue.size + this.#inFlight === 0) this.#onDrained?.()
  }

  async #takeRound(): Promise<void> {
    const { items, refreshes } = this.#queue.takeDue()
    await this.#run([...items, ...refreshes], false)
  }

  /** What an earlier process left comes to its end also when there is nothing more to fill in. */
  #nextFillMs(): number | undefined {
    return this.#queue.nextFillMs() ?? this.#settleAtMs
  }

  async #takeFill(): Promise<void> {
    const { onFill } = this.#options
    const items = this.#queue.takeFill()
    if (items.length === 0) return await this.#settle()
    onFill(true)
    try {
      await this.#run(items, true)
    } finally {
      onFill(false)
      this.#settleAtMs = this.#options.now() + LEFT_MS
    }
  }

  async #settle(): Promise<void> {
    if (this.#settleAtMs === undefined) return
    const { settleBackfill, retryTimes, now } = this.#options
    try {
      await settleBackfill(() => this.#queue.nextFillMs() === undefined)
      this.#settleAtMs = undefined
    } catch (error) {
      this.#runner.noteTrouble(error)
      this.#settleAtMs = now() + retryTimes.maxMs
    }
  }

  readonly #onFreed = (): void => {
    this.#queue.endWait()
    this.#schedule()
  }

  async #run(items: readonly Pending[], isFill: boolean): Promise<void> {
    if (items.length === 0) return
    const waited = items.filter(({ waiters }) => waiters.length > 0).length
    this.#inFlight += waited
    try {
      await this.#runner.run(items, isFill)
    } finally {
      this.#inFlight -= waited
      this.#options.inHand.whenFreed(this.#onFreed)
      this.#schedule()
    }
  }
}
