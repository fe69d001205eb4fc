import { createAccumulator, type Accumulator } from '../append/accumulator.ts'
import { buildChunks, byteLength, type TopicShape } from '../append/chunk.ts'
import { StreamUnavailable, type StreamValue } from '../stream.ts'
import type { ChangeWatcher } from './change-watcher.ts'
import { ChunkReader } from './chunk-table.ts'
import type { ChunkWriter } from './chunk-writer.ts'
import { GroupTable } from './group-table.ts'
import type { SizeBound } from './size-bound.ts'
import type { TopicFile } from './topic-file.ts'

export interface TopicOptions {
  readonly name: string
  readonly file: TopicFile
  readonly writer: ChunkWriter
  readonly bound: SizeBound
  readonly watcher: ChangeWatcher
  readonly now: () => number
}

/** Bytes of one commit: more would hold the event loop for long, less would sync too often. */
const COMMIT_BYTES = 512 * 1024

/** One open topic of the embedded log. */
export class Topic {
  readonly shape: TopicShape
  readonly file: TopicFile
  readonly reader: ChunkReader
  readonly groups: GroupTable
  readonly #options: TopicOptions
  readonly #accumulator: Accumulator<readonly StreamValue[]>

  constructor(options: TopicOptions) {
    const { file } = options
    this.#options = options
    this.file = file
    this.shape = file.shape
    this.reader = new ChunkReader(file.reads)
    this.groups = new GroupTable(file.groups, file.log)
    this.#accumulator = createAccumulator({
      flush: async (appends) => await this.#commit(appends),
      maxBytes: COMMIT_BYTES,
      lingerMs: 0,
      deadlineMs: Infinity,
      now: options.now,
    })
  }

  append(values: readonly StreamValue[]): Promise<void> {
    const bytes = values.reduce((sum, { value }) => sum + byteLength(value), 0)
    return this.#accumulator.add(values, bytes)
  }

  /** Calls the listener after each commit to this topic, of whatever process; returns what ends that. */
  subscribe(listener: () => void): () => void {
    return this.#options.watcher.subscribe(this.file.reads, listener)
  }

  /** Resolves when nothing is on its way into the log. */
  drain(): Promise<void> {
    return this.#accumulator.drain()
  }

  async #commit(appends: readonly (readonly StreamValue[])[]): Promise<void> {
    const { name, bound, file, writer, now } = this.#options
    const chunks = buildChunks(appends, this.shape)
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
    const limit = bound.refuse(bytes, file)
    if (limit !== undefined) {
      const advice = limit === 'its size bound' ? 'raise stream.maxBytes' : 'free space'
      throw new StreamUnavailable(
        'full',
        `the embedded log is at ${limit}: ${name} takes no more until retention makes room; ${advice}`,
      )
    }
    await writer.write({ topic: name, path: file.path }, chunks, now())
    this.#options.watcher.notify()
  }
}
