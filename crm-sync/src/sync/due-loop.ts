export interface DueLoopOptions {
  /** Undefined when there is nothing to wait for. */
  readonly nextDueMs: () => number | undefined
  readonly run: () => Promise<void>
  readonly onError: (error: unknown) => void
  readonly now: () => number
}

/** The shortest pause between two looks at what is due. */
const MIN_PAUSE_MS = 5

/** Runs something whenever it is due, one at a time. */
export class DueLoop {
  readonly #options: DueLoopOptions
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isStopped = false

  constructor(options: DueLoopOptions) {
    this.#options = options
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** To be called whenever what is due may have changed. */
  schedule(): void {
    if (this.#isStopped || this.#running) return
    clearTimeout(this.#timer)
    const dueMs = this.#options.nextDueMs()
    if (dueMs === undefined) return
    const pauseMs = Math.max(MIN_PAUSE_MS, dueMs - this.#options.now())
    this.#timer = setTimeout(() => this.#start(), pauseMs)
  }

  /** Ends after the run in hand. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  #start(): void {
    if (this.#running || this.#isStopped) return
    this.#running = this.#options
      .run()
      .catch(this.#options.onError)
      .finally(() => {
        this.#running = undefined
        this.schedule()
      })
  }
}
