import type { StreamValue } from '../stream.ts'
import { partitionOf } from './partition.ts'

/** What is stored as one: values of one partition, one a line, without a line break at the end. */
export interface Chunk {
  readonly partition: number
  /** Only on compacted topics, where a chunk holds one value. */
  readonly key: string | undefined
  readonly count: number
  readonly values: readonly (string | Uint8Array)[]
  /** Of all values and the line breaks between them. */
  readonly byteLength: number
}

/** How a topic lies in the log. */
export interface TopicShape {
  readonly partitions: number
  readonly compacted: boolean
}

/** Above this a chunk takes no further value, so that a record stays below Kafka's default limit of 1 MB. */
export const CHUNK_BYTES = 500_000
/** An append of this many values is not put together with others: a reader gets it as one batch. */
const OWN_CHUNK_VALUES = 50
const LINE_FEED = 0x0a

/** Puts appends together into chunks, in the order given. Pure. */
export function buildChunks(appends: readonly (readonly StreamValue[])[], shape: TopicShape): Chunk[] {
  if (shape.compacted) return appends.flat().map((value) => toKeyedChunk(value, shape.partitions))
  const builder = new ChunkBuilder()
  for (const values of appends) {
    const alone = values.length >= OWN_CHUNK_VALUES
    if (alone) builder.closeAll()
    for (const { key, value } of values) builder.add(partitionOf(key, shape.partitions), value)
    if (alone) builder.closeAll()
  }
  builder.closeAll()
  return builder.chunks
}

function toKeyedChunk({ key, value }: StreamValue, partitions: number): Chunk {
  const partition = partitionOf(key, partitions)
  return { partition, key, count: 1, values: [value], byteLength: byteLength(value) }
}

interface OpenChunk {
  readonly values: (string | Uint8Array)[]
  bytes: number
}

class ChunkBuilder {
  readonly chunks: Chunk[] = []
  readonly #open = new Map<number, OpenChunk>()

  add(partition: number, value: string | Uint8Array): void {
    const bytes = byteLength(value)
    let open = this.#open.get(partition)
    if (open && open.bytes + bytes > CHUNK_BYTES) {
      this.#close(partition, open)
      open = undefined
    }
    if (!open) this.#open.set(partition, { values: [value], bytes })
    else {
      open.values.push(value)
      open.bytes += bytes + 1
    }
  }

  closeAll(): void {
    for (const [partition, open] of this.#open) this.#close(partition, open)
  }

  #close(partition: number, { values, bytes }: OpenChunk): void {
    this.#open.delete(partition)
    this.chunks.push({ partition, key: undefined, count: values.length, values, byteLength: bytes })
  }
}

export const byteLength = (value: string | Uint8Array): number =>
  typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength

/** A value with a line break would come back as two: refused before anything is stored. */
export function hasLineBreak(value: string | Uint8Array): boolean {
  return typeof value === 'string' ? value.includes('\n') : value.includes(LINE_FEED)
}

/** The bytes of a chunk in a buffer of their own. */
export function encodeChunk(chunk: Chunk): Buffer {
  const bytes = Buffer.allocUnsafeSlow(chunk.byteLength)
  writeChunk(chunk, bytes, 0)
  return bytes
}

/** Writes the bytes of a chunk into a buffer that has room for them; returns where they end. */
export function writeChunk({ values }: Chunk, target: Buffer, start: number): number {
  let at = start
  for (const value of values) {
    if (at > start) at = target.writeUInt8(LINE_FEED, at)
    if (typeof value === 'string') at += target.write(value, at)
    else {
      target.set(value, at)
      at += value.byteLength
    }
  }
  return at
}

/** The values of a chunk, as views of its bytes. Throws when there are not as many as were stored. */
export function splitLines(bytes: Buffer, count: number): Buffer[] {
  if (count === 1) return [bytes]
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  lines.push(bytes.subarray(start))
  if (lines.length !== count) {
    throw new Error(`a chunk holds ${lines.length} values, but ${count} were stored: the log is damaged`)
  }
  return lines
}
