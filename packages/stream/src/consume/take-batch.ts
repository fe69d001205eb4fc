import { splitLines } from '../append/chunk.ts'
import type { Batch, Position } from '../stream.ts'

/** A chunk as it is read back. */
export interface StoredChunk {
  readonly chunk: bigint
  readonly count: number
  readonly bytes: Buffer
}

/** A batch, and the position that is next once it is done. */
export interface Taken {
  readonly batch: Batch
  readonly next: Position
  /** It holds as much as it may: there is more, most likely. */
  readonly isFull: boolean
}

export interface TakeOptions {
  readonly partition: number
  readonly from: Position
  readonly maxValues: number
  /** A batch holds no more than this, except when one chunk does. */
  readonly maxBytes: number
}

export const DEFAULT_MAX_VALUES = 5000
export const DEFAULT_MAX_BYTES = 4 * 1024 * 1024

/**
 * Fills one batch from chunks in order, beginning at `from`. A chunk is split only when it alone
 * holds more values than a batch may. Undefined when there is no value at or after `from`.
 */
export function takeBatch(chunks: Iterable<StoredChunk>, options: TakeOptions): Taken | undefined {
  const { partition, from, maxValues, maxBytes } = options
  const values: Buffer[] = []
  let bytes = 0
  let reach: Reach | undefined
  let isFull = false
  const exceeds = (count: number, length: number): boolean => count > maxValues || length > maxBytes
  for (const chunk of chunks) {
    const part = partOf(chunk, from, maxValues)
    isFull = exceeds(values.length + part.end - part.start, bytes + chunk.bytes.length)
    if (reach && isFull) break
    for (const value of splitLines(chunk.bytes, chunk.count).slice(part.start, part.end)) values.push(value)
    bytes += chunk.bytes.length
    reach = { first: reach?.first ?? { chunk: chunk.chunk, index: part.start }, ...part.reach }
    isFull = exceeds(values.length + 1, bytes + 1)
    if (reach.next.index > 0) break
  }
  if (reach === undefined) return undefined
  return { batch: { partition, values, first: reach.first, last: reach.last }, next: reach.next, isFull }
}

interface Reach {
  readonly first: Position
  readonly last: Position
  readonly next: Position
}

/** Which of a chunk's values a batch takes at most, and how far that reaches. */
function partOf({ chunk, count }: StoredChunk, from: Position, maxValues: number) {
  const start = chunk === from.chunk ? from.index : 0
  const end = Math.min(count, start + maxValues)
  const next: Position = end < count ? { chunk, index: end } : { chunk: chunk + 1n, index: 0 }
  return { start, end, reach: { last: { chunk, index: end - 1 }, next } }
}
