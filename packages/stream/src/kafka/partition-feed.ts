import { takeBatch, type StoredChunk, type Taken } from '../consume/take-batch.ts'
import type { Position } from '../stream.ts'

export interface PartitionFeedOptions {
  readonly partition: number
  readonly maxValues: number
  readonly maxBytes: number
  /** More is held here than is soon needed: stop fetching, or go on. */
  readonly setFlow: (flow: 'stop' | 'go') => void
}

/** A batch ahead of the one in hand. */
const GO_BELOW_SHARE = 0.25

/** Chunks of one partition that were fetched and not yet handed to the handler. */
export class PartitionFeed {
  readonly #options: PartitionFeedOptions
  #chunks: StoredChunk[] = []
  #bytes = 0
  #from: Position = { chunk: 0n, index: 0 }
  #flow: 'stop' | 'go' = 'go'

  constructor(options: PartitionFeedOptions) {
    this.#options = options
  }

  add(chunk: StoredChunk): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.bytes.length
    if (this.#bytes > this.#options.maxBytes) this.#setFlow('stop')
  }

  isWaiting(): boolean {
    return this.#chunks.length > 0
  }

  take(): Taken | undefined {
    const { partition, maxValues, maxBytes } = this.#options
    const taken = takeBatch(this.#chunks, { partition, from: this.#from, maxValues, maxBytes })
    if (!taken) return undefined
    this.#from = taken.next
    const isRest = this.#chunks.findIndex(({ chunk }) => chunk >= taken.next.chunk)
    const used = this.#chunks.splice(0, isRest === -1 ? this.#chunks.length : isRest)
    for (const { bytes } of used) this.#bytes -= bytes.length
    if (this.#bytes < maxBytes * GO_BELOW_SHARE) this.#setFlow('go')
    return taken
  }

  #setFlow(flow: 'stop' | 'go'): void {
    if (this.#flow === flow) return
    this.#flow = flow
    this.#options.setFlow(flow)
  }
}
