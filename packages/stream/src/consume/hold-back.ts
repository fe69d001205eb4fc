import type { ConsumeOptions } from '../stream.ts'

export interface HoldBackOptions {
  readonly partition: number
  readonly ask: NonNullable<ConsumeOptions['hold']>
  /** There is a value that was not taken yet. */
  readonly isWaiting: () => boolean
  /** It is to be looked at again. */
  readonly wake: () => void
  readonly onError: (error: unknown) => void
}

/** Whether the next batch of one partition is to wait, as its consumer wants it. */
export class HoldBack {
  readonly #options: HoldBackOptions
  /** Since when something waits that might have been taken. */
  #sinceMs: number | undefined
  #isAsking = false
  #isClosed = false
  #isOver = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: HoldBackOptions) {
    this.#options = options
  }

  /** When it holds, there will be another wake. */
  holds(): boolean {
    if (this.#isOver || !this.#isWaiting()) return false
    this.#sinceMs ??= performance.now()
    if (!this.#isAsking && this.#timer === undefined) void this.#ask(performance.now() - this.#sinceMs)
    return true
  }

  /** A batch was taken: what comes next has not been asked about. */
  reset(): void {
    this.#isOver = false
    this.#sinceMs = undefined
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  /** Whoever takes meets the same failure, and tries again. */
  #isWaiting(): boolean {
    try {
      return this.#options.isWaiting()
    } catch (error) {
      this.#options.onError(error)
      return false
    }
  }

  async #ask(waitedMs: number): Promise<void> {
    const { partition, ask, wake, onError } = this.#options
    this.#isAsking = true
    const holdMs = await ask({ partition, waitedMs }).catch((error: unknown) => {
      onError(error)
      return 0
    })
    this.#isAsking = false
    if (this.#isClosed) return
    this.#isOver = holdMs <= 0
    if (this.#isOver) return wake()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      wake()
    }, holdMs)
  }
}
