import type { CrmWork } from '@leadline/contract'
import type { OneAtATime } from './one-at-a-time.ts'
import { toPending } from './pending.ts'
import { RoundRunner, type RunnerOptions, type SyncCounts } from './round-runner.ts'
import { WorkQueue, type QueueOptions } from './work-queue.ts'

export interface SyncOptions extends QueueOptions, RunnerOptions {
  readonly oneAtATime: OneAtATime
}

/** The shortest pause between two looks at what is due. */
const MIN_PAUSE_MS = 5

/** Keeps one workspace in step: takes work, and runs a round whenever something is due. */
export class WorkspaceSync {
  readonly #options: SyncOptions
  readonly #queue: WorkQueue
  readonly #runner: RoundRunner
  #inFlight = 0
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #onDrained: (() => void) | undefined
  #stopped = false

  constructor(options: SyncOptions) {
    this.#options = options
    this.#queue = new WorkQueue(options)
    this.#runner = new RoundRunner(options, this.#queue)
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
    return new Promise((resolve) => {
      this.#onDrained = resolve
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
    clearTimeout(this.#timer)
    if (this.#queue.size === 0) this.#onDrained?.()
    const dueMs = this.#queue.nextDueMs()
    if (dueMs === undefined) return
    const pauseMs = Math.max(MIN_PAUSE_MS, dueMs - this.#options.now())
    this.#timer = setTimeout(() => this.#start(), pauseMs)
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
    const { items, refreshes } = this.#queue.takeDue()
    if (items.length + refreshes.length === 0) return
    this.#inFlight = items.length
    try {
      await this.#runner.run([...items, ...refreshes])
    } finally {
      this.#inFlight = 0
    }
  }
}
