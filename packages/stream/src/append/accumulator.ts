import { StreamUnavailable } from '../stream.ts'

export interface AccumulatorOptions<Item> {
  /**
   * Makes the items durable, all or none known. Called by one flush at a time.
   * The signal says that nobody waits for these items any more.
   */
  readonly flush: (items: readonly Item[], signal: AbortSignal) => Promise<void>
  /** A flush takes no further item above this; one larger item goes alone. */
  readonly maxBytes: number
  /** How long the first item of a flush waits for others; 0: until the event loop's next turn. */
  readonly lingerMs: number
  /** Longest that an item waits for its answer, queue included; less when a flight before it is given up. */
  readonly deadlineMs: number
  readonly now: () => number
  /** What kept an item waiting, for the error at its deadline. */
  readonly whyLate?: () => unknown
}

export interface Accumulator<Item> {
  /** Resolves when the item is durable; rejects with what flush threw, or StreamUnavailable at the deadline. */
  add(item: Item, bytes: number): Promise<void>
  /** Resolves when nothing is queued or in flight. */
  drain(): Promise<void>
}

interface Entry<Item> {
  readonly item: Item
  readonly bytes: number
  readonly dueAt: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  expired: boolean
}

/**
 * Collects items while a flush runs, and gives them all to the next one. Exactly one flush is in flight:
 * that keeps the order, and with Kafka it is what keeps acknowledged records from being lost.
 */
export function createAccumulator<Item>(options: AccumulatorOptions<Item>): Accumulator<Item> {
  return new FlushQueue(options)
}

class FlushQueue<Item> implements Accumulator<Item> {
  readonly #options: AccumulatorOptions<Item>
  #queue: Entry<Item>[] = []
  #flight: { entries: readonly Entry<Item>[]; abort: AbortController } | undefined
  #scheduled = false
  #expiry: NodeJS.Timeout | undefined
  #idle: (() => void)[] = []

  constructor(options: AccumulatorOptions<Item>) {
    this.#options = options
  }

  add(item: Item, bytes: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const dueAt = this.#options.now() + this.#options.deadlineMs
    this.#queue.push({ item, bytes, dueAt, resolve, reject, expired: false })
    this.#schedule(this.#options.lingerMs)
    this.#watchDeadline()
    return promise
  }

  drain(): Promise<void> {
    if (this.#queue.length === 0 && !this.#flight) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#idle.push(resolve)
    return promise
  }

  #schedule(lingerMs: number): void {
    if (this.#scheduled || this.#flight) return
    this.#scheduled = true
    const run = (): void => void this.#flush()
    if (lingerMs === 0) setImmediate(run)
    else setTimeout(run, lingerMs)
  }

  async #flush(): Promise<void> {
    this.#scheduled = false
    const entries = this.#take()
    if (entries.length === 0) return this.#settle()
    const abort = new AbortController()
    this.#flight = { entries, abort }
    try {
      await this.#options.flush(
        entries.map((entry) => entry.item),
        abort.signal,
      )
      for (const entry of entries) entry.resolve()
    } catch (error) {
      for (const entry of entries) entry.reject(error)
    }
    this.#flight = undefined
    this.#settle()
  }

  #settle(): void {
    if (this.#queue.length > 0) return this.#schedule(0)
    clearTimeout(this.#expiry)
    this.#expiry = undefined
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #take(): Entry<Item>[] {
    let bytes = 0
    let count = 0
    for (const entry of this.#queue) {
      if (count > 0 && bytes + entry.bytes > this.#options.maxBytes) break
      bytes += entry.bytes
      count += 1
    }
    return this.#queue.splice(0, count)
  }

  /** All items wait equally long, so that the oldest is due first and one timer serves all. */
  #watchDeadline(): void {
    if (this.#expiry || this.#options.deadlineMs === Infinity) return
    const oldest = this.#flight?.entries.find((entry) => !entry.expired) ?? this.#queue[0]
    if (!oldest) return
    this.#expiry = setTimeout(() => this.#expire(), Math.max(1, oldest.dueAt - this.#options.now()))
  }

  #expire(): void {
    this.#expiry = undefined
    const now = this.#options.now()
    const isDue = (entry: Entry<Item>): boolean => entry.dueAt <= now
    const flying = this.#flight?.entries ?? []
    for (const entry of flying.filter(isDue)) this.#giveUp(entry)
    const isFlightOver = flying.length > 0 && flying.every((entry) => entry.expired)
    // What stands behind a flight that is given up goes with it: it must not be stored before what it came after.
    for (const entry of this.#queue.filter((queued) => isFlightOver || isDue(queued))) this.#giveUp(entry)
    this.#queue = this.#queue.filter((entry) => !entry.expired)
    if (isFlightOver) this.#flight?.abort.abort()
    this.#watchDeadline()
  }

  #giveUp(entry: Entry<Item>): void {
    if (entry.expired) return
    entry.expired = true
    const waited = `not confirmed within ${this.#options.deadlineMs} ms`
    const cause = this.#options.whyLate?.()
    entry.reject(
      new StreamUnavailable(
        'unreachable',
        `${waited}; try the same values again later`,
        cause ? { cause } : {},
      ),
    )
  }
}
