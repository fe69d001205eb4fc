/** One request, or one chunk of a bulk job, on its way through its saves. */
interface Transaction {
  /** How long it has taken so far: its waits, and the work of its automations. */
  busyMs: number
  /** When it ends, on the org's clock; known once its saves are done. */
  endsAtMs: number
  /** Rows it could not get. */
  readonly refused: Set<string>
}

/** What a transaction needs to know of the org it runs in. */
export interface LockTimes {
  readonly nowMs: number
  /** A save waits this long for a row before it gives up. */
  readonly maxWaitMs: number
  /** What a transaction takes beside its automations. */
  readonly transactionMs: number
}

export interface Claim {
  readonly ids: readonly string[]
  /** What the save of these rows takes. */
  readonly costMs: number
}

/**
 * Rows that transactions hold until they end. Saves run one after the other; what a save of the same moment would
 * have had to wait for is added to its own time, and refused when that is too long.
 */
export class RunningTransactions {
  readonly #holders = new Map<string, Transaction>()
  #current: Transaction | undefined

  begin(): void {
    this.#current = { busyMs: 0, endsAtMs: 0, refused: new Set() }
  }

  /** Ends the saves of the current transaction; its rows stay held until `release`. */
  end(nowMs: number): { readonly busyMs: number; readonly release: () => void } {
    const ended = this.#current
    this.#current = undefined
    if (!ended) return { busyMs: 0, release: () => undefined }
    ended.endsAtMs = nowMs + ended.busyMs
    return { busyMs: ended.busyMs, release: () => this.#release(ended) }
  }

  /** The rows that another transaction holds for too long; none when the claim stands. */
  claim({ ids, costMs }: Claim, times: LockTimes): readonly string[] {
    const current = this.#current ?? { busyMs: 0, endsAtMs: 0, refused: new Set<string>() }
    const startMs = times.nowMs + current.busyMs
    const waits = ids.map((id) => ({ id, ms: (this.#holders.get(id)?.endsAtMs ?? 0) - startMs }))
    const refused = waits.filter(({ ms }) => ms > times.maxWaitMs).map(({ id }) => id)
    if (refused.length > 0) {
      // Rows of one save are locked together: what one of them waited for in vain is not waited for again.
      if (refused.some((id) => !current.refused.has(id))) current.busyMs += times.maxWaitMs
      for (const id of refused) current.refused.add(id)
      return refused
    }
    const firstMs = current.busyMs === 0 ? times.transactionMs : 0
    current.busyMs += Math.max(0, ...waits.map(({ ms }) => ms)) + firstMs + costMs
    if (current === this.#current) for (const id of ids) this.#holders.set(id, current)
    return []
  }

  /** The current transaction may wait for its rows once more. */
  retry(): void {
    this.#current?.refused.clear()
  }

  #release(ended: Transaction): void {
    for (const [id, holder] of this.#holders) if (holder === ended) this.#holders.delete(id)
  }
}
