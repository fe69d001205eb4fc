import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface SizeBoundOptions {
  readonly directory: string
  readonly maxBytes: number
  readonly now: () => number
}

/** How long a measurement holds; what other processes append meanwhile goes uncounted. */
const MEASUREMENT_HOLDS_MS = 1000

/** Keeps the log's files, of all topics and processes together, below a number of bytes. */
export class SizeBound {
  readonly #options: SizeBoundOptions
  #measuredAt = -Infinity
  #usedBytes = 0

  constructor(options: SizeBoundOptions) {
    this.#options = options
  }

  /** Whether that many bytes may be added. `reusableBytes` of the files are free for new values. */
  admits(bytes: number, reusableBytes: () => number): boolean {
    const { now, maxBytes } = this.#options
    const isOld = now() - this.#measuredAt > MEASUREMENT_HOLDS_MS
    if (isOld || this.#usedBytes + bytes > maxBytes) {
      this.#usedBytes = this.#measure() - reusableBytes()
      this.#measuredAt = now()
    }
    if (this.#usedBytes + bytes > maxBytes) return false
    this.#usedBytes += bytes
    return true
  }

  #measure(): number {
    const { directory } = this.#options
    const files = readdirSync(directory).filter((name) => /\.db(-wal)?$/.test(name))
    // Another process may remove its write-ahead log between the two calls.
    const sizes = files.map((name) => statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0)
    return sizes.reduce((sum, size) => sum + size, 0)
  }
}
