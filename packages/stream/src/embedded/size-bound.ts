import { readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { freeBytes, usedBytes } from './pages.ts'
import type { TopicFile } from './topic-file.ts'

export interface SizeBoundOptions {
  readonly directory: string
  readonly maxBytes: number
  readonly now: () => number
}

/** How long a measurement holds; what other processes append meanwhile goes uncounted. */
const MEASUREMENT_HOLDS_MS = 1000

/**
 * Room on the disk that values never take, or this share of it where that is less. Readers need some to say how far
 * they are, and retention to delete: on a disk that values had filled to the last byte nothing would ever be done again.
 */
const RESERVED_BYTES = 64 * 1024 * 1024
const RESERVED_SHARE = 1 / 8

/**
 * Keeps what the log holds, all topics and processes together, below a number of bytes, and some room on its disk.
 * The write-ahead logs come on top: about 4 MB for each topic.
 */
export class SizeBound {
  readonly #options: SizeBoundOptions
  #measuredAt = -Infinity
  #usedBytes = 0

  constructor(options: SizeBoundOptions) {
    this.#options = options
  }

  /** Why a topic may not take that many bytes more; undefined when it may. */
  refuse(
    bytes: number,
    file: Pick<TopicFile, 'path' | 'reads'>,
  ): 'its size bound' | 'the end of its disk' | undefined {
    if (!this.#isBelowBound(bytes, file)) return 'its size bound'
    return this.#leavesReserve(bytes, file) ? undefined : 'the end of its disk'
  }

  #leavesReserve(bytes: number, { reads }: Pick<TopicFile, 'reads'>): boolean {
    const { bavail, blocks, bsize } = statfsSync(this.#options.directory)
    const reserved = Math.min(RESERVED_BYTES, blocks * bsize * RESERVED_SHARE)
    const isOnDisk = bavail * bsize - bytes > reserved
    // What retention has emptied inside of the file is room too.
    return isOnDisk || bavail * bsize + freeBytes(reads) - bytes > reserved
  }

  #isBelowBound(bytes: number, { path, reads }: Pick<TopicFile, 'path' | 'reads'>): boolean {
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
