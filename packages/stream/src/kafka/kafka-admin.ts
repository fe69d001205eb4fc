import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, ITopicMetadata, Kafka } from 'kafkajs'
import type { TopicSpec } from '@leadline/contract'
import type { TopicShape } from '../append/chunk.ts'
import type { Ends, Lag, StreamAdmin } from '../stream.ts'
import { loadKafkaJs } from './load-kafkajs.ts'
import type { OnTrouble } from './kafka-clients.ts'
import { withDeadline } from './with-deadline.ts'

export interface KafkaAdminOptions {
  readonly createClient: (onTrouble: OnTrouble) => Kafka
  /** Copies that each topic must have. */
  readonly replication: number
}

const DEADLINE_MS = 30_000
/** Acknowledged by two of three copies: one broker can be lost, and one can be down for an update. */
const toMinInSync = (replication: number): number => Math.max(1, Math.min(2, replication - 1))

/** Topics, their shape, and how far groups are behind. */
export class KafkaAdmin implements StreamAdmin {
  readonly #client: Kafka
  readonly #replication: number
  #connection: Connection | undefined
  #trouble = { message: '', atMs: -Infinity }

  constructor({ createClient, replication }: KafkaAdminOptions) {
    this.#client = createClient((message) => (this.#trouble = { message, atMs: performance.now() }))
    this.#replication = replication
  }

  /** The last failure of a connection since a time of `performance.now()`: where an answer does not come, its reason. */
  readonly whyLate = (sinceMs: number): string | undefined =>
    this.#trouble.atMs >= sinceMs ? this.#trouble.message : undefined

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    await this.#ask('making topics', async (admin) => {
      const existing = new Set(await admin.listTopics())
      for (const spec of topics.filter(({ name }) => !existing.has(name))) {
        await admin.createTopics({ topics: [this.#toTopicConfig(spec)], waitForLeaders: false })
        await waitForLeaders(admin, spec.name)
      }
    })
  }

  async checkTopics(topics: readonly TopicSpec[]): Promise<readonly string[]> {
    const found = await this.#metadata(topics.map(({ name }) => name))
    return topics.flatMap(({ name }) => this.#problems(name, found.get(name)))
  }

  async lag(group: string, topic: string, before?: Ends): Promise<Lag> {
    return await this.#ask(`lag of ${group}`, async (admin) => {
      const [ends, committed] = await Promise.all([
        fetchEnds(admin, topic),
        admin.fetchOffsets({ groupId: group, topics: [topic] }),
      ])
      const offsets = new Map(
        committed[0]?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]),
      )
      return Object.fromEntries(
        ends.map(({ partition, low, high }) => {
          const next = offsets.get(partition) ?? -1n
          const from = next > BigInt(low) ? next : BigInt(low)
          const end = before === undefined ? BigInt(high) : (before[partition] ?? 0n)
          return [partition, Math.max(0, Number(end - from))]
        }),
      )
    })
  }

  async ends(topic: string): Promise<Ends> {
    const offsets = await this.#ask(`ends of ${topic}`, (admin) => fetchEnds(admin, topic))
    return Object.fromEntries(offsets.map(({ partition, high }) => [partition, BigInt(high)]))
  }

  /** Kafka deletes by itself. */
  async applyRetention(): Promise<void> {}

  /** Partitions and kind of a topic; undefined when there is none of that name. */
  async shape(topic: string): Promise<TopicShape | undefined> {
    const found = (await this.#metadata([topic])).get(topic)
    if (!found) return undefined
    const { ConfigResourceTypes } = loadKafkaJs()
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['cleanup.policy'] }
    const described = await this.#ask(
      `settings of ${topic}`,
      async (admin) => await admin.describeConfigs({ resources: [resource], includeSynonyms: false }),
    )
    const policy = described.resources[0]?.configEntries.find(
      ({ configName }) => configName === 'cleanup.policy',
    )
    return {
      partitions: found.partitions.length,
      compacted: policy?.configValue.includes('compact') ?? false,
    }
  }

  async close(): Promise<void> {
    await this.#connection?.admin.disconnect()
  }

  async #metadata(names: readonly string[]): Promise<Map<string, ITopicMetadata>> {
    return await this.#ask('list of topics', async (admin) => {
      const existing = new Set(await admin.listTopics())
      const topics = names.filter((name) => existing.has(name))
      if (topics.length === 0) return new Map()
      const metadata = await admin.fetchTopicMetadata({ topics })
      return new Map(metadata.topics.map((topic) => [topic.name, topic]))
    })
  }

  #problems(name: string, found: ITopicMetadata | undefined): string[] {
    if (!found) return [`topic ${name} is missing; run: leadline migrate`]
    const copies = Math.min(...found.partitions.map(({ replicas }) => replicas.length))
    if (copies >= this.#replication) return []
    return [
      `topic ${name} has ${copies} copies of each value, not ${this.#replication}: a lost disk loses values`,
    ]
  }

  #toTopicConfig({ name, partitions, compacted, retentionMs }: TopicSpec) {
    const kept = compacted
      ? { name: 'cleanup.policy', value: 'compact' }
      : { name: 'retention.ms', value: String(retentionMs) }
    const inSync = { name: 'min.insync.replicas', value: String(toMinInSync(this.#replication)) }
    return {
      topic: name,
      numPartitions: partitions,
      replicationFactor: this.#replication,
      configEntries: [kept, inSync],
    }
  }

  #connect(): Connection {
    const admin = this.#client.admin()
    return { admin, connected: admin.connect() }
  }

  /** A client whose broker has hung while it connected says for ever that it is not connected. */
  #giveUp(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined
    connection.admin.disconnect().catch(() => undefined)
  }

  async #ask<Result>(what: string, question: (admin: Admin) => Promise<Result>): Promise<Result> {
    const asked = async (): Promise<Result> => {
      const connection = (this.#connection ??= this.#connect())
      try {
        await connection.connected
        return await question(connection.admin)
      } catch (error) {
        if (!(error instanceof loadKafkaJs().KafkaJSProtocolError)) this.#giveUp(connection)
        throw error
      }
    }
    return await withDeadline(asked(), { deadlineMs: DEADLINE_MS, what, whyLate: this.whyLate })
  }
}

interface Connection {
  readonly admin: Admin
  readonly connected: Promise<void>
}

const LEADER_PAUSE_MS = 50

const MOST_TRIES = 40

/**
 * kafkajs fails on an answer without partitions, which it has when its metadata changes between its two questions, and
 * at once where the leader that a new topic's metadata names has not learnt yet that it is the leader.
 */
async function fetchEnds(admin: Admin, topic: string): ReturnType<Admin['fetchTopicOffsets']> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await admin.fetchTopicOffsets(topic)
    } catch (error) {
      if (!(error instanceof TypeError || isPassing(error)) || attempt === MOST_TRIES) throw error
      await sleep(LEADER_PAUSE_MS)
    }
  }
}

/** A new topic is not known to every broker at once; kafkajs' own wait takes that for an error. Ends by its caller's limit. */
async function waitForLeaders(admin: Admin, topic: string): Promise<void> {
  for (
    const endsAt = performance.now() + DEADLINE_MS;
    performance.now() < endsAt;
    await sleep(LEADER_PAUSE_MS)
  ) {
    if (await hasLeaders(admin, topic)) return
  }
}

/** The broker that is asked second may not know yet what the first has said. */
async function hasLeaders(admin: Admin, topic: string): Promise<boolean> {
  if (!(await admin.listTopics()).includes(topic)) return false
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    return topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
  } catch (error) {
    if (isPassing(error)) return false
    throw error
  }
}

const isPassing = (error: unknown): boolean =>
  error instanceof loadKafkaJs().KafkaJSProtocolError && error.retriable
