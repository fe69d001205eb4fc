import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Settings, TopicSpec } from '@leadline/contract'
import { hasLineBreak } from '../append/chunk.ts'
import {
  StreamUnavailable,
  type Consumer,
  type ConsumeOptions,
  type Ends,
  type Lag,
  type OpenOptions,
  type Stream,
  type StreamAdmin,
  type StreamValue,
} from '../stream.ts'
import { ChangeWatcher } from './change-watcher.ts'
import { createInlineWriter, type ChunkWriter } from './chunk-writer.ts'
import { EmbeddedConsumer } from './embedded-consumer.ts'
import { isProcessAlive } from './process-alive.ts'
import { applyTopicRetention } from './retention.ts'
import { SizeBound } from './size-bound.ts'
import { toUnavailable } from './sqlite-error.ts'
import { ThreadedWriter } from './threaded-writer.ts'
import { createTopicFile, openTopicFile, topicPath } from './topic-file.ts'
import { Topic } from './topic.ts'

export type EmbeddedSettings = Extract<Settings['stream'], { kind: 'embedded' }>

/** Opens the log of a directory, which is made when missing. */
export async function openEmbeddedStream(
  settings: EmbeddedSettings,
  { appendsIn = 'loop' }: OpenOptions = {},
): Promise<Stream> {
  mkdirSync(settings.directory, { recursive: true })
  return new EmbeddedStream(settings, appendsIn === 'thread' ? new ThreadedWriter() : createInlineWriter())
}

class EmbeddedStream implements Stream {
  readonly admin: StreamAdmin = {
    ensureTopics: async (topics) => this.#ensureTopics(topics),
    checkTopics: async (topics) => this.#checkTopics(topics),
    lag: async (group, topic, before) => this.#lag(group, topic, before ?? this.#ends(topic)),
    ends: async (topic) => this.#ends(topic),
    applyRetention: async (topics) => await this.#applyRetention(topics),
  }

  readonly #directory: string
  readonly #bound: SizeBound
  readonly #watcher: ChangeWatcher
  readonly #writer: ChunkWriter
  readonly #topics = new Map<string, Topic>()
  readonly #consumers = new Set<Consumer>()
  #closing: Promise<void> | undefined

  constructor({ directory, maxBytes }: EmbeddedSettings, writer: ChunkWriter) {
    this.#directory = directory
    this.#writer = writer
    this.#watcher = new ChangeWatcher(directory)
    this.#bound = new SizeBound({ directory, maxBytes, now: Date.now })
  }

  async append(topic: string, values: readonly StreamValue[]): Promise<void> {
    if (values.some(({ value }) => hasLineBreak(value))) {
      throw new Error(`a value for ${topic} has a line break; values are JSON on one line`)
    }
    const open = this.#topic(topic)
    if (values.length > 0) await open.append(values)
  }

  async consume(consume: ConsumeOptions): Promise<Consumer> {
    const topic = this.#topic(consume.topic)
    const member = { group: consume.group, id: randomUUID(), host: hostname(), pid: process.pid }
    const consumer = new EmbeddedConsumer({ topic, member, consume, now: Date.now, isAlive: isProcessAlive })
    this.#consumers.add(consumer)
    return consumer
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()))
    await Promise.all([...this.#topics.values()].map((topic) => topic.drain()))
    await this.#writer.close()
    for (const topic of this.#topics.values()) topic.file.close()
  }

  #topic(name: string): Topic {
    const topic = this.#find(name)
    if (!topic) throw new Error(`topic ${name} is missing in ${this.#directory}; run: leadline migrate`)
    return topic
  }

  #find(name: string): Topic | undefined {
    if (this.#closing) throw new StreamUnavailable('closed', 'the log was closed')
    const open = this.#topics.get(name)
    if (open) return open
    const topic = this.#open(name)
    if (topic) this.#topics.set(name, topic)
    return topic
  }

  #open(name: string): Topic | undefined {
    const path = topicPath(this.#directory, name)
    const options = { name, writer: this.#writer, bound: this.#bound, watcher: this.#watcher, now: Date.now }
    try {
      const file = openTopicFile(path)
      return file && new Topic({ ...options, file })
    } catch (error) {
      throw toUnavailable(error, name, path)
    }
  }

  #ensureTopics(topics: readonly TopicSpec[]): void {
    for (const spec of topics) {
      if (!this.#find(spec.name)) this.#create(spec)
    }
  }

  #create(spec: TopicSpec): void {
    const path = topicPath(this.#directory, spec.name)
    try {
      createTopicFile(path, spec)
    } catch (error) {
      throw toUnavailable(error, spec.name, path)
    }
  }

  #checkTopics(topics: readonly TopicSpec[]): string[] {
    const missing = topics.filter(({ name }) => !this.#find(name))
    return missing.map(({ name }) => `topic ${name} is missing in ${this.#directory}; run: leadline migrate`)
  }

  #lag(group: string, name: string, before: Ends): Lag {
    const topic = this.#topic(name)
    const positions = topic.groups.positions(group)
    return ofPartitions(topic, (partition) =>
      topic.reader.count(partition, positions.get(partition)?.chunk ?? 0n, before[partition] ?? 0n),
    )
  }

  #ends(name: string): Ends {
    const topic = this.#topic(name)
    return ofPartitions(topic, (partition) => topic.reader.end(partition))
  }

  async #applyRetention(topics: readonly TopicSpec[]): Promise<void> {
    for (const spec of topics) await applyTopicRetention(this.#topic(spec.name), spec, Date.now())
  }
}

const ofPartitions = <Value>(
  { shape }: Topic,
  answer: (partition: number) => Value,
): Readonly<Record<string, Value>> =>
  Object.fromEntries(
    Array.from({ length: shape.partitions }, (_, partition) => [partition, answer(partition)] as const),
  )
