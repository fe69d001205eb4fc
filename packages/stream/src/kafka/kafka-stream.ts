import { createAccumulator, type Accumulator } from '../append/accumulator.ts'
import { buildChunks, byteLength, hasLineBreak, type TopicShape } from '../append/chunk.ts'
import {
  StreamUnavailable,
  type Consumer,
  type ConsumeOptions,
  type OpenOptions,
  type Stream,
  type StreamValue,
} from '../stream.ts'
import { KafkaAdmin } from './kafka-admin.ts'
import { createReadingClient, createSendingClient, type KafkaSettings } from './kafka-clients.ts'
import { KafkaConsumer } from './kafka-consumer.ts'
import { loadKafkaJs } from './load-kafkajs.ts'
import { RecordSender, type ChunksOfTopic } from './record-sender.ts'
import { withDeadline } from './with-deadline.ts'

export type { KafkaSettings } from './kafka-clients.ts'

const APPEND_DEADLINE_MS = 5000
const LINGER_MS = 2
/** Of one send. With its overhead it stays below the 1 MB that a broker takes by default for one partition. */
const SEND_BYTES = 900_000

/** Nothing is connected before it is needed: a broker that is away delays no start. */
export async function openKafkaStream(settings: KafkaSettings, options: OpenOptions = {}): Promise<Stream> {
  return new KafkaStream(settings, options.appendDeadlineMs ?? APPEND_DEADLINE_MS)
}

interface Part {
  readonly topic: string
  readonly shape: TopicShape
  readonly values: readonly StreamValue[]
}

class KafkaStream implements Stream {
  readonly admin: KafkaAdmin
  readonly #settings: KafkaSettings
  readonly #deadlineMs: number
  readonly #sender: RecordSender
  readonly #accumulator: Accumulator<Part>
  readonly #shapes = new Map<string, TopicShape>()
  readonly #asked = new Map<string, Promise<TopicShape | undefined>>()
  readonly #consumers = new Set<Consumer>()
  #closing: Promise<void> | undefined

  constructor(settings: KafkaSettings, deadlineMs: number) {
    this.#settings = settings
    this.#deadlineMs = deadlineMs
    this.admin = new KafkaAdmin({
      createClient: (onTrouble) => createReadingClient(settings, onTrouble),
      replication: settings.replication,
    })
    this.#sender = new RecordSender({
      client: createSendingClient(settings),
      compression: toCompression(settings.compression),
    })
    this.#accumulator = createAccumulator({
      flush: async (parts, signal) => await this.#sender.send(toRecords(parts), signal),
      whyLate: () => this.#sender.lastFailure,
      maxBytes: SEND_BYTES,
      lingerMs: LINGER_MS,
      deadlineMs,
      // Not the time of day, which may jump.
      now: () => performance.now(),
    })
  }

  /** Thousands of appends wait at a time: while a topic's shape is known, an append is no more than its place in the queue. */
  append(topic: string, values: readonly StreamValue[]): Promise<void> {
    const shape = this.#shapes.get(topic)
    const [only] = values
    const bytes = only && values.length === 1 ? storableBytes(only) : undefined
    return shape === undefined || bytes === undefined || this.#closing
      ? this.#append(topic, values)
      : this.#accumulator.add({ topic, shape, values }, bytes + 1)
  }

  async #append(topic: string, values: readonly StreamValue[]): Promise<void> {
    this.#requireOpen()
    requireStorable(topic, values)
    const shape = this.#shapes.get(topic) ?? (await this.#shape(topic))
    const parts = toParts(values).map(({ values, bytes }) =>
      this.#accumulator.add({ topic, shape, values }, bytes),
    )
    await Promise.all(parts)
  }

  async consume(consume: ConsumeOptions): Promise<Consumer> {
    this.#requireOpen()
    await this.#shape(consume.topic)
    const consumer = new KafkaConsumer({ client: createReadingClient(this.#settings), consume })
    this.#consumers.add(consumer)
    await consumer.start()
    return consumer
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()))
    await Promise.allSettled([...this.#asked.keys()].map((topic) => this.#shape(topic)))
    await this.#accumulator.drain()
    await Promise.all([this.#sender.close(), this.admin.close()])
  }

  #requireOpen(): void {
    if (this.#closing) throw new StreamUnavailable('closed', 'the log was closed')
  }

  /** Asked once: the number of partitions must not change under the keys. */
  async #shape(topic: string): Promise<TopicShape> {
    const known = this.#shapes.get(topic)
    if (known) return known
    const limit = { deadlineMs: this.#deadlineMs, what: `shape of ${topic}`, whyLate: this.admin.whyLate }
    const shape = await withDeadline(this.#asked.get(topic) ?? this.#ask(topic), limit)
    if (!shape) throw new Error(`topic ${topic} is missing; run: leadline migrate`)
    return shape
  }

  /**
   * With the patience of a reader: to the first question a slow cluster may take longer than an append may wait. The
   * answer is then there for those that come later; asked anew by each, it never would be. All wait for the same promise,
   * so that appends go on in the order in which they came.
   */
  #ask(topic: string): Promise<TopicShape | undefined> {
    const asked = this.admin.shape(topic)
    this.#asked.set(topic, asked)
    const learn = (shape?: TopicShape): void => {
      this.#asked.delete(topic)
      if (shape) this.#shapes.set(topic, shape)
    }
    // In the next turn: who knows the shape need not wait, and must not come before those who still do.
    asked.then(
      (shape) => setImmediate(learn, shape),
      () => setImmediate(learn),
    )
    return asked
  }
}

function toCompression(name: KafkaSettings['compression']) {
  const { CompressionTypes } = loadKafkaJs()
  return { none: CompressionTypes.None, gzip: CompressionTypes.GZIP, zstd: CompressionTypes.ZSTD }[name]
}

/** What no broker will ever take must not be tried again and again, with all that is behind it. */
function requireStorable(topic: string, values: readonly StreamValue[]): void {
  for (const { value } of values) {
    if (hasLineBreak(value))
      throw new Error(`a value for ${topic} has a line break; values are JSON on one line`)
    const bytes = byteLength(value)
    if (bytes > SEND_BYTES)
      throw new Error(`a value for ${topic} has ${bytes} bytes; at most ${SEND_BYTES} are taken`)
  }
}

/** Undefined for what is refused. */
function storableBytes({ value }: StreamValue): number | undefined {
  const bytes = byteLength(value)
  return bytes > SEND_BYTES || hasLineBreak(value) ? undefined : bytes
}

/** Divides an append that is too large for one send. */
function toParts(values: readonly StreamValue[]): { values: readonly StreamValue[]; bytes: number }[] {
  const parts: { values: StreamValue[]; bytes: number }[] = []
  for (const value of values) {
    const bytes = byteLength(value.value) + 1
    const last = parts.at(-1)
    if (!last || last.bytes + bytes > SEND_BYTES) parts.push({ values: [value], bytes })
    else {
      last.values.push(value)
      last.bytes += bytes
    }
  }
  return parts
}

function toRecords(parts: readonly Part[]): ChunksOfTopic[] {
  return [...Map.groupBy(parts, ({ topic }) => topic)].map(([topic, [first, ...rest]]) => ({
    topic,
    chunks: first
      ? buildChunks(
          [first, ...rest].map(({ values }) => values),
          first.shape,
        )
      : [],
  }))
}
