export interface HoldTimes {
  /** Due when quiet for this long … */
  readonly quietMs: number
  /** … and at the latest this long after the first sign. */
  readonly maxMs: number
}

interface Held<T> {
  readonly item: T
  readonly firstMs: number
  readonly lastMs: number
  /** Not before this, whatever else: the pause after a failure. */
  readonly notBeforeMs: number
}

/**
 * Keeps work back until its subject has been quiet for a while, so that a burst of changes becomes one write.
 * One entry per key: what comes later is merged into it. The clock is the caller's.
 */
export class HoldDown<T> {
  readonly #held = new Map<string, Held<T>>()
  readonly #times: HoldTimes
  readonly #merge: (earlier: T, later: T) => T

  constructor(times: HoldTimes, merge: (earlier: T, later: T) => T) {
    this.#times = times
    this.#merge = merge
  }

  get size(): number {
    return this.#held.size
  }

  /** Something changed. */
  add(key: string, item: T, nowMs: number): void {
    const held = this.#held.get(key)
    this.#held.set(key, {
      item: held ? this.#merge(held.item, item) : item,
      firstMs: held?.firstMs ?? nowMs,
      lastMs: nowMs,
      notBeforeMs: held?.notBeforeMs ?? 0,
    })
  }

  /** The same work again, not before a time. Changes that came in meanwhile wait with it. */
  postpone(key: string, item: T, notBeforeMs: number): void {
    const held = this.#held.get(key)
    this.#held.set(key, {
      item: held ? this.#merge(item, held.item) : item,
      firstMs: held?.firstMs ?? 0,
      lastMs: held?.lastMs ?? 0,
      notBeforeMs: Math.max(notBeforeMs, held?.notBeforeMs ?? 0),
    })
  }

  /** Removes and returns what is due, at most `max` items. */
  takeDue(nowMs: number, max: number): T[] {
    const due: T[] = []
    for (const [key, held] of this.#held) {
      if (due.length >= max) break
      if (this.#dueMs(held) > nowMs) continue
      this.#held.delete(key)
      due.push(held.item)
    }
    return due
  }

  /** When the next item is due; undefined when nothing is held. */
  nextDueMs(): number | undefined {
    let next: number | undefined
    for (const held of this.#held.values()) {
      const dueMs = this.#dueMs(held)
      if (next === undefined || dueMs < next) next = dueMs
    }
    return next
  }

  #dueMs({ firstMs, lastMs, notBeforeMs }: Held<T>): number {
    const { quietMs, maxMs } = this.#times
    return Math.max(notBeforeMs, Math.min(lastMs + quietMs, firstMs + maxMs))
  }
}
