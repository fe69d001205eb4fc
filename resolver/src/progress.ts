/** Running totals of this process, and what it has in hand. */
export class Progress {
  stored = 0
  resolved = 0
  dead = 0
  #inHand = 0

  /** Runs a batch so that it counts as being in hand. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#inHand += 1
    try {
      return await work()
    } finally {
      this.#inHand -= 1
    }
  }

  totals(): Readonly<Record<string, number>> {
    return { stored: this.stored, resolved: this.resolved, dead: this.dead }
  }

  isIdle(): boolean {
    return this.#inHand === 0
  }
}
