import { setTimeout as sleep } from 'node:timers/promises'
import type { CompressionTypes, Kafka, Message, Producer, RecordMetadata, TopicMessages } from 'kafkajs'
import { writeChunk, type Chunk } from '../append/chunk.ts'
import { REQUEST_TIMEOUT_MS } from './kafka-clients.ts'
import { untilAborted } from './with-deadline.ts'

export interface ChunksOfTopic {
  readonly topic: string
  readonly chunks: readonly Chunk[]
}

export interface RecordSenderOptions {
  readonly client: Kafka
  readonly compression: CompressionTypes
}

/** Header that says how many values a record holds. */
export const COUNT_HEADER = 'count'
/** From every copy that is in sync. kafkajs has this default, but it is a promise of ours. */
const ALL_IN_SYNC = -1
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1000

/** Sends one set of records at a time, the same again until Kafka has confirmed all of it. */
export class RecordSender {
  readonly #options: RecordSenderOptions
  #producer: Producer | undefined
  #connected: Promise<void> | undefined
  #lastFailure: unknown
  /** Where the chunks of a send are written; the next one writes there too. */
  #room = Buffer.alloc(0)

  constructor(options: RecordSenderOptions) {
    this.#options = options
  }

  /** Why the records in flight are not confirmed yet; undefined when nothing has failed. */
  get lastFailure(): unknown {
    return this.#lastFailure
  }

  /**
   * Resolves when all copies in sync have all records. Goes on until the signal says that nobody waits any more;
   * then the connection is given up too, because it may still carry these records.
   */
  async send(records: readonly ChunksOfTopic[], signal: AbortSignal): Promise<void> {
    const topicMessages = this.#write(records)
    for (let attempt = 1; ; attempt += 1) {
      if (signal.aborted) return this.#giveUp(signal)
      try {
        await untilAborted(this.#attempt(topicMessages), signal)
        this.#lastFailure = undefined
        return
      } catch (error) {
        // A part of what failed may still be read from there, for another node.
        this.#room = Buffer.alloc(0)
        if (signal.aborted) return this.#giveUp(signal)
        this.#lastFailure = error
        await untilAborted(sleep(pauseMs(attempt)), signal).catch(() => undefined)
      }
    }
  }

  async close(): Promise<void> {
    await this.#producer?.disconnect()
  }

  #write(records: readonly ChunksOfTopic[]): TopicMessages[] {
    const bytes = records.flatMap(({ chunks }) => chunks).reduce((sum, chunk) => sum + chunk.byteLength, 0)
    if (this.#room.length < bytes) this.#room = Buffer.allocUnsafeSlow(bytes)
    let end = 0
    return records.map(({ topic, chunks }) => ({
      topic,
      messages: chunks.map((chunk) => {
        const start = end
        end = writeChunk(chunk, this.#room, start)
        return toMessage(chunk, this.#room.subarray(start, end))
      }),
    }))
  }

  async #attempt(topicMessages: TopicMessages[]): Promise<void> {
    const producer = await this.#connectedProducer()
    const answers = await producer.sendBatch({
      acks: ALL_IN_SYNC,
      timeout: REQUEST_TIMEOUT_MS,
      compression: this.#options.compression,
      topicMessages,
    })
    requireAnswers(topicMessages, answers)
  }

  /** One and the same to the end: after this attempt is given up there may be another producer. */
  async #connectedProducer(): Promise<Producer> {
    const producer = (this.#producer ??= this.#createProducer())
    const connected = (this.#connected ??= producer.connect())
    try {
      await connected
    } catch (error) {
      if (this.#connected === connected) this.#connected = undefined
      throw error
    }
    return producer
  }

  #createProducer(): Producer {
    return this.#options.client.producer({
      allowAutoTopicCreation: false,
      createPartitioner: () => (args) => args.message.partition ?? 0,
      maxInFlightRequests: 1,
    })
  }

  #giveUp(signal: AbortSignal): never {
    const abandoned = this.#producer
    this.#producer = undefined
    this.#connected = undefined
    // It waits for the answer of a broker that may never give one.
    abandoned?.disconnect().catch((error: unknown) => (this.#lastFailure = error))
    throw signal.reason
  }
}

const pauseMs = (attempt: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1))

const toMessage = ({ partition, key, count }: Chunk, value: Buffer): Message => ({
  partition,
  key: key ?? null,
  value,
  headers: { [COUNT_HEADER]: String(count) },
})

/** A partition without an answer was not sent, whatever the client says. */
function requireAnswers(sent: readonly TopicMessages[], answers: readonly RecordMetadata[]): void {
  const answered = new Set(answers.map(({ topicName, partition }) => `${topicName} ${partition}`))
  for (const { topic, messages } of sent) {
    const missing = messages.find(({ partition }) => !answered.has(`${topic} ${partition}`))
    if (missing) throw new Error(`Kafka gave no answer for partition ${missing.partition} of ${topic}`)
  }
}
