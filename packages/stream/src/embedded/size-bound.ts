import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { usedBytes } from './pages.ts'
import type { TopicFile } from './topic-file.ts'

export interface SizeBoundOptions {
  readonly directory: string
  readonly maxBytes: number
  readonly now: () => number
}

/** How long a measurement holds; what other processes append meanwhile goes uncounted. */
const MEASUREMENT_HOLDS_MS = 1000

/**
 * Keeps what the log holds, all topics and processes together, below a number of bytes.
 * The write-ahead logs come on top: about 4 MB for each topic.
 */
export class SizeBound {
  readonly #options: SizeBoundOptions
  #measuredAt = -Infinity
  #usedBytes = 0

  constructor(options: SizeBoundOptions) {
    this.#options = options
  }

  /** Whether a topic may take that many bytes more. */
  admits(bytes: number, { path, reads }: Pick<TopicFile, 'path' | 'reads'>): boolean {
    const { now, maxBytes } = this.#options
    const isOld = now() - this.#measuredAt > MEASUREMENT_HOLDS_MS
    if (isOld || this.#usedBytes + bytes > maxBytes) {
      this.#usedBytes = usedBytes(reads) + this.#sizeOfOthers(path)
      this.#measuredAt = now()
    }
    if (this.#usedBytes + bytes > maxBytes) return false
    this.#usedBytes += bytes
    return true
  }

  #sizeOfOthers(own: string): number {
    const { directory } = this.#options
    const files = readdirSync(directory).filter(
      (name) => name.endsWith('.db') && join(directory, name) !== own,
    )
    const sizes = files.map((name) => statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0)
    return sizes.reduce((sum, size) => sum + size, 0)
  }
}
