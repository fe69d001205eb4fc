export interface HoldTimes {
  /** Due when its identity was quiet for this long … */
  readonly quietMs: number
  /** … and at the latest this long after the first sign. */
  readonly maxMs: number
}

export interface Sign<T> {
  readonly item: T
  /** Who the subject is may still be in motion: the quiet time begins anew. Any other change only merges in. */
  readonly isIdentity: boolean
  /** How long any other change waits for more of its kind. The shortest wait of a subject counts. */
  readonly lingerMs: number
}

interface Held<T> {
  readonly item: T
  readonly firstMs: number
  /** When it is settled, unless another identity change comes. */
  readonly settledMs: number
  /** An identity change is being waited out: nothing else shortens that. */
  readonly isInMotion: boolean
  /** Not before this, whatever else: the pause after a failure. */
  readonly notBeforeMs: number
}

/**
 * Keeps work back until its subject's identity has been quiet for a while, so that a burst becomes one write.
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
  add(key: string, { item, isIdentity, lingerMs }: Sign<T>, nowMs: number): void {
    const held = this.#held.get(key)
    const isInMotion = isIdentity || held?.isInMotion === true
    const settledMs = isIdentity ? nowMs + this.#times.quietMs : settledOf(held, nowMs + lingerMs)
    this.#held.set(key, {
      item: held ? this.#merge(held.item, item) : item,
      firstMs: held?.firstMs ?? nowMs,
      settledMs,
      isInMotion,
      notBeforeMs: held?.notBeforeMs ?? 0,
    })
  }

  /** The same work again, not before a time. Changes that came in meanwhile wait with it. */
  postpone(key: string, item: T, notBeforeMs: number): void {
    const held = this.#held.get(key)
    this.#held.set(key, {
      item: held ? this.#merge(item, held.item) : item,
      firstMs: held?.firstMs ?? 0,
      settledMs: held?.settledMs ?? 0,
      isInMotion: held?.isInMotion ?? false,
      notBeforeMs: Math.max(notBeforeMs, held?.notBeforeMs ?? 0),
    })
  }

  /**
   * Removes and returns what is due, at most `max` items; if there is any, then also what lingers only to go along with
   * others.
   */
  takeDue(nowMs: number, max: number, goesAlong: (item: T) => boolean = () => false): T[] {
    const due = this.#take(max, (held) => this.#dueMs(held) <= nowMs)
    if (due.length === 0) return due
    const isAlong = ({ item, isInMotion, notBeforeMs }: Held<T>): boolean =>
      !isInMotion && notBeforeMs <= nowMs && goesAlong(item)
    return [...due, ...this.#take(max - due.length, isAlong)]
  }

  #take(max: number, isWanted: (held: Held<T>) => boolean): T[] {
    const taken: T[] = []
    for (const [key, held] of this.#held) {
      if (taken.length >= max) break
      if (!isWanted(held)) continue
      this.#held.delete(key)
      taken.push(held.item)
    }
    return taken
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

  #dueMs({ firstMs, settledMs, isInMotion, notBeforeMs }: Held<T>): number {
    const latestMs = isInMotion ? firstMs + this.#times.maxMs : settledMs
    return Math.max(notBeforeMs, Math.min(settledMs, latestMs))
  }
}

const settledOf = (held: Held<unknown> | undefined, settledMs: number): number => {
  if (held === undefined) return settledMs
  return held.isInMotion ? held.settledMs : Math.min(held.settledMs, settledMs)
}
