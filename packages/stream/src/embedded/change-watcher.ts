import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { numberIn } from './row.ts'

const SHORTEST_POLL_MS = 5
const LONGEST_POLL_MS = 20
/** Polls without a change before the pauses grow. */
const POLLS_BEFORE_REST = 200

/**
 * Tells when another connection has committed to the file. SQLite does not signal that to other processes,
 * but its `data_version` is one cheap read.
 */
export class ChangeWatcher {
  readonly #dataVersion: StatementSync
  readonly #listeners = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  #seen = -1
  #quietPolls = 0

  constructor(database: DatabaseSync) {
    this.#dataVersion = database.prepare('PRAGMA data_version')
  }

  /** Returns what ends the subscription. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    this.#timer ??= setTimeout(() => this.#poll(), SHORTEST_POLL_MS)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#stop()
    }
  }

  /** This process has just appended. */
  notify(): void {
    for (const listener of this.#listeners) listener()
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #poll(): void {
    const row = this.#dataVersion.get()
    const version = row ? numberIn(row, 'data_version') : 0
    this.#quietPolls = version === this.#seen ? this.#quietPolls + 1 : 0
    if (version !== this.#seen) this.notify()
    this.#seen = version
    const pollMs = this.#quietPolls < POLLS_BEFORE_REST ? SHORTEST_POLL_MS : LONGEST_POLL_MS
    if (this.#listeners.size > 0) this.#timer = setTimeout(() => this.#poll(), pollMs)
  }
}
