import { Worker } from 'node:worker_threads'
import { writeChunk, type Chunk } from '../append/chunk.ts'
import { StreamUnavailable } from '../stream.ts'
import type { ChunkWriter, WriteTarget } from './chunk-writer.ts'

/** Chunks to be made durable. The buffer changes hands with the order, and comes back with the answer. */
export interface AppendOrder extends WriteTarget {
  readonly id: number
  readonly nowMs: number
  readonly rows: readonly {
    readonly partition: number
    readonly key: string | undefined
    readonly count: number
    readonly start: number
    readonly end: number
  }[]
  readonly buffer: ArrayBuffer
}

export interface AppendAnswer {
  readonly id: number
  readonly buffer: ArrayBuffer
  failure?: {
    readonly reason: StreamUnavailable['reason']
    readonly message: string
    readonly cause: string
  }
}

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: StreamUnavailable) => void
}

/** Its heap holds no more than the rows of one commit; values lie outside of it. Unbounded it grows to no use. */
const HEAP = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 }

/** Larger than a commit is as a rule: one buffer for each topic goes to and fro. */
const BUFFER_BYTES = 1024 * 1024

/** Writes in a thread of its own: syncs and checkpoints leave the event loop to what it is for. */
export class ThreadedWriter implements ChunkWriter {
  readonly #waiting = new Map<number, Waiting>()
  readonly #buffers: ArrayBuffer[] = []
  #worker: Worker | undefined
  #lastId = 0

  write({ topic, path }: WriteTarget, chunks: readonly Chunk[], nowMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const worker = (this.#worker ??= this.#start())
    const { rows, buffer } = this.#encode(chunks)
    const order: AppendOrder = { id: (this.#lastId += 1), topic, path, nowMs, rows, buffer }
    this.#waiting.set(order.id, { resolve, reject })
    worker.ref()
    worker.postMessage(order, [buffer])
    return promise
  }

  async close(): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    worker.ref()
    worker.postMessage('close', [])
    await exited
  }

  #start(): Worker {
    const worker = new Worker(new URL('./append-thread.ts', import.meta.url), { resourceLimits: HEAP })
    worker.on('message', (answer: AppendAnswer) => this.#settle(worker, answer))
    worker.on('error', (error) => this.#failAll(error))
    worker.on('exit', () => this.#failAll(new Error('the thread that writes the log has ended')))
    return worker
  }

  #encode(chunks: readonly Chunk[]): Pick<AppendOrder, 'rows' | 'buffer'> {
    const length = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
    const spare = length <= BUFFER_BYTES ? this.#buffers.pop() : undefined
    const buffer = spare ?? new ArrayBuffer(Math.max(length, BUFFER_BYTES))
    const bytes = Buffer.from(buffer)
    let end = 0
    const rows = chunks.map((chunk) => {
      const start = end
      end = writeChunk(chunk, bytes, start)
      return { partition: chunk.partition, key: chunk.key, count: chunk.count, start, end }
    })
    return { rows, buffer }
  }

  #settle(worker: Worker, { id, buffer, failure }: AppendAnswer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) worker.unref()
    if (buffer.byteLength === BUFFER_BYTES) this.#buffers.push(buffer)
    if (failure === undefined) waiting?.resolve()
    else waiting?.reject(new StreamUnavailable(failure.reason, failure.message, { cause: failure.cause }))
  }

  /** The next write starts another thread. */
  #failAll(cause: Error): void {
    this.#worker = undefined
    const message = 'the embedded log could not store values; try the same values again'
    for (const { reject } of this.#waiting.values())
      reject(new StreamUnavailable('unreachable', message, { cause }))
    this.#waiting.clear()
  }
}
