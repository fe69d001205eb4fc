import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer as KafkaJsConsumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import { Delivery } from '../consume/delivery.ts'
import { DEFAULT_MAX_BYTES, DEFAULT_MAX_VALUES, type StoredChunk } from '../consume/take-batch.ts'
import type { Consumer, ConsumeOptions, Position } from '../stream.ts'
import { PartitionFeed } from './partition-feed.ts'
import { COUNT_HEADER } from './record-sender.ts'

export interface KafkaConsumerOptions {
  readonly client: Kafka
  readonly consume: ConsumeOptions
}

/** A member that is silent for so long is taken for dead, and its partitions go to others. */
const SESSION_TIMEOUT_MS = 10_000
const HEARTBEAT_MS = 1000
/** Of a fetch without data; also how long the end of a pause and a stop take. */
const FETCH_WAIT_MS = 250
const DEFAULT_GRACE_MS = 10_000
const RESTART_PAUSE_MS = 1000

interface Held {
  readonly feed: PartitionFeed
  readonly delivery: Delivery
}

/**
 * One member of a group on one topic. kafkajs fetches and keeps the membership; what it fetched is handed over apart
 * from that, so that long work neither stops the heartbeats nor the other partitions.
 */
export class KafkaConsumer implements Consumer {
  readonly #options: KafkaConsumerOptions
  readonly #held = new Map<number, Held>()
  /** Work in hand for a partition when the group divided anew: what follows waits for it. */
  readonly #unfinished = new Map<number, Promise<void>>()
  #consumer: KafkaJsConsumer | undefined
  #paused = false
  #stopping: Promise<void> | undefined

  constructor(options: KafkaConsumerOptions) {
    this.#options = options
  }

  /** Joins the group. */
  async start(): Promise<void> {
    const { client, consume } = this.#options
    const consumer = client.consumer({
      groupId: consume.group,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      allowAutoTopicCreation: false,
    })
    this.#consumer = consumer
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#divideAnew(payload.memberAssignment[consume.topic] ?? [])
    })
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      consume.onFailure({ error: payload.error, partition: -1, attempt: 1 })
      if (!payload.restart) void this.#restart()
    })
    await consumer.connect()
    await consumer.subscribe({ topics: [consume.topic], fromBeginning: true })
    await consumer.run({ autoCommit: false, eachBatch: async (payload) => this.#receive(payload) })
  }

  pause(): void {
    this.#paused = true
    for (const { delivery } of this.#held.values()) delivery.pause()
  }

  resume(): void {
    this.#paused = false
    for (const [partition, { delivery }] of this.#held) {
      if (!this.#unfinished.has(partition)) delivery.resume()
    }
  }

  stop(graceMs = DEFAULT_GRACE_MS): Promise<void> {
    this.#stopping ??= this.#stop(graceMs)
    return this.#stopping
  }

  async #stop(graceMs: number): Promise<void> {
    const deliveries = [...this.#held.values()].map(({ delivery }) => delivery)
    const limit = new AbortController()
    const finished = Promise.all([
      ...deliveries.map((delivery) => delivery.finish()),
      ...this.#unfinished.values(),
    ])
    const late = sleep(graceMs, undefined, { signal: limit.signal }).catch(() => undefined)
    await Promise.race([finished, late])
    limit.abort()
    for (const delivery of deliveries) delivery.abandon()
    await this.#consumer?.disconnect()
  }

  /** kafkajs does not come back by itself after failures that it takes for final. */
  async #restart(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      await sleep(RESTART_PAUSE_MS)
      if (this.#stopping) return
      try {
        await this.#consumer?.disconnect()
        await this.start()
        return
      } catch (error) {
        this.#options.consume.onFailure({ error, partition: -1, attempt })
      }
    }
  }

  #receive({ batch }: EachBatchPayload): void {
    if (this.#stopping) return
    const held = this.#held.get(batch.partition) ?? this.#hold(batch.partition)
    for (const message of batch.messages) {
      const chunk = toChunk(message)
      if (chunk) held.feed.add(chunk)
    }
    held.delivery.wake()
  }

  /**
   * After each division kafkajs fetches anew from the committed positions, also for partitions that stay.
   * Those of them that are in hand are finished and committed first; they come again, but never beside themselves.
   */
  #divideAnew(assigned: readonly number[]): void {
    const { topic } = this.#options.consume
    for (const [partition, { delivery }] of this.#held) {
      // Another member has it now: a commit from here would take its position back.
      if (!assigned.includes(partition)) delivery.abandon()
      this.#unfinished.set(partition, this.#finish(partition, delivery))
    }
    // The feeds that begin now expect data to flow; kafkajs keeps what was stopped for the old ones.
    this.#consumer?.resume([{ topic, partitions: [...this.#held.keys()] }])
    this.#held.clear()
  }

  async #finish(partition: number, delivery: Delivery): Promise<void> {
    await Promise.all([delivery.finish(), this.#unfinished.get(partition)])
  }

  #hold(partition: number): Held {
    const {
      topic,
      handle,
      onFailure,
      hold,
      maxInFlight = 1,
      maxValues = DEFAULT_MAX_VALUES,
      maxBytes = DEFAULT_MAX_BYTES,
      gatherMs = 0,
    } = this.#options.consume
    const setFlow = (flow: 'stop' | 'go'): void => {
      const which = [{ topic, partitions: [partition] }]
      if (flow === 'stop') this.#consumer?.pause(which)
      else this.#consumer?.resume(which)
    }
    const feed = new PartitionFeed({ partition, maxValues, maxBytes, setFlow })
    const commit = async (next: Position): Promise<'committed'> => {
      await this.#consumer?.commitOffsets([{ topic, partition, offset: String(next.chunk) }])
      return 'committed'
    }
    const delivery = new Delivery({
      partition,
      maxInFlight,
      gatherMs,
      take: () => feed.take(),
      isWaiting: () => feed.isWaiting(),
      commit,
      handle,
      onFailure,
      ...(hold ? { hold } : {}),
    })
    const held = { feed, delivery }
    this.#held.set(partition, held)
    void this.#openWhenReady(partition, held)
    return held
  }

  async #openWhenReady(partition: number, held: Held): Promise<void> {
    const unfinished = this.#unfinished.get(partition)
    held.delivery.pause()
    await unfinished
    if (this.#unfinished.get(partition) === unfinished) this.#unfinished.delete(partition)
    if (!this.#paused) held.delivery.resume()
  }
}

/** A record without our header, of another writer, is one value. A deletion mark of a compacted topic is none. */
function toChunk({ offset, value, headers }: KafkaMessage): StoredChunk | undefined {
  if (!value) return undefined
  const header = headers?.[COUNT_HEADER]
  return { chunk: BigInt(offset), count: header === undefined ? 1 : Number(String(header)), bytes: value }
}
