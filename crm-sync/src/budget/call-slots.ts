import { rankOf, type Lane } from './lanes.ts'

interface Waiter {
  readonly lane: Lane
  readonly enter: () => void
}

/** Answers in a row after which one more call at the same time is tried again. */
const RECOVER_AFTER = 20

/** How many calls of an org are open at once; when all slots are taken, the most important lane goes next. */
export class CallSlots {
  readonly #max: number
  readonly #waiting: Waiter[] = []
  #limit: number
  #open = 0
  #answers = 0

  constructor(max: number) {
    this.#max = max
    this.#limit = max
  }

  get limit(): number {
    return this.#limit
  }

  enter(lane: Lane): Promise<void> {
    if (this.#open < this.#limit) {
      this.#open += 1
      return Promise.resolve()
    }
    return new Promise((resolve) => this.#waiting.push({ lane, enter: resolve }))
  }

  leave(): void {
    this.#open -= 1
    this.#answers += 1
    if (this.#answers >= RECOVER_AFTER && this.#limit < this.#max) {
      this.#limit += 1
      this.#answers = 0
    }
    while (this.#open < this.#limit) {
      const next = this.#takeNext()
      if (next === undefined) return
      this.#open += 1
      next.enter()
    }
  }

  /** The org said that it has too many calls at once. */
  halve(): void {
    this.#limit = Math.max(1, Math.floor(this.#limit / 2))
    this.#answers = 0
  }

  #takeNext(): Waiter | undefined {
    const rank = Math.min(...this.#waiting.map(({ lane }) => rankOf(lane)))
    const index = this.#waiting.findIndex(({ lane }) => rankOf(lane) === rank)
    return index === -1 ? undefined : this.#waiting.splice(index, 1)[0]
  }
}
