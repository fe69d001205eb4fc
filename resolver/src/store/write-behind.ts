/** One write goes on beside other work; the next begins when it is done. */
export class WriteBehind {
  #writing: Promise<readonly PromiseSettledResult<void>[]> | undefined

  /** Waits for the write before this one, and throws what it threw. */
  async begin(write: () => Promise<void>): Promise<void> {
    await this.finish()
    this.#writing = Promise.allSettled([write()])
  }

  /** Throws what the write threw, if nobody was told yet. */
  async finish(): Promise<void> {
    const results = (await this.#writing) ?? []
    this.#writing = undefined
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }
}
