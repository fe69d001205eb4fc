import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, test, type TestContext } from 'node:test'
import { startBroker, type Broker } from '../../test-broker/broker.ts'
import {
  collect,
  firstsByKey,
  isAscending,
  readBack,
  spec,
  toValue,
  topicName,
  type Mark,
} from '../../test-support/stream-lab.ts'
import { until } from '../../test-support/until.ts'
import { StreamUnavailable, type Stream } from '../stream.ts'
import { loadKafkaJs } from './load-kafkajs.ts'
import { openKafkaStream, type KafkaSettings } from './kafka-stream.ts'

const KEYS = ['a', 'b', 'c', 'd']
/** Longer than any fault here: what is tested is that nothing is lost, not how long one waits. */
const PATIENT_MS = 60_000

const toSettings = (broker: Broker, replication: number): KafkaSettings => ({
  kind: 'kafka',
  brokers: broker.brokers,
  clientId: 'faults',
  ssl: false,
  replication,
  compression: 'none',
})

async function openTopic(t: TestContext, settings: KafkaSettings, appendDeadlineMs = PATIENT_MS) {
  const stream = await openKafkaStream(settings, { appendDeadlineMs })
  t.after(() => stream.close())
  const topic = topicName()
  await stream.admin.ensureTopics([spec(topic, { partitions: 2 })])
  return { stream, topic }
}

/** Appends 100 values a second, not waiting for one another, until stopped; then says which were acknowledged. */
function startLoad(stream: Stream, topic: string) {
  const acknowledged: Mark[] = []
  const sent: Promise<void>[] = []
  let id = 0
  const timer = setInterval(() => {
    const mark = { key: KEYS[id % KEYS.length] ?? '', id }
    id += 1
    sent.push(stream.append(topic, [toValue(mark)]).then(() => void acknowledged.push(mark)))
  }, 10)
  const stop = async (): Promise<Mark[]> => {
    clearInterval(timer)
    await Promise.all(sent)
    return acknowledged
  }
  return { acknowledged, stop }
}

/** Load and a reader through a fault; then the log is read back. */
async function checkFault(t: TestContext, settings: KafkaSettings, fault: (leader: number) => Promise<void>) {
  const { stream, topic } = await openTopic(t, settings)
  const reader = await collect(stream, { topic, group: `g-${topic}` })
  const load = startLoad(stream, topic)
  await until('the load runs', () => load.acknowledged.length >= 100 && reader.marks.length >= 100)
  await fault(await leaderOf(settings, topic))
  const before = load.acknowledged.length
  await until('the load runs again', () => load.acknowledged.length >= before + 200)
  const acknowledged = await load.stop()
  const isThere = (marks: readonly Mark[]): boolean => {
    const ids = new Set(marks.map(({ id }) => id))
    return acknowledged.every(({ id }) => ids.has(id))
  }
  const log = await readBack(stream, topic, isThere)
  for (const [key, ids] of firstsByKey(log)) assert.ok(isAscending(ids), `key ${key} is out of order`)
  await until('the reader has handled every acknowledged value', () => isThere(reader.marks))
}

/** Node that leads partition 0. */
async function leaderOf(settings: KafkaSettings, topic: string): Promise<number> {
  const { Kafka, logLevel } = loadKafkaJs()
  const admin = new Kafka({ brokers: settings.brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const metadata = await admin.fetchTopicMetadata({ topics: [topic] })
  await admin.disconnect()
  return metadata.topics[0]?.partitions.find(({ partitionId }) => partitionId === 0)?.leader ?? 1
}

const isUnreachable = (error: unknown): boolean =>
  error instanceof StreamUnavailable && error.reason === 'unreachable'

describe('Kafka, one node', () => {
  let broker: Broker
  before(async () => (broker = await startBroker()))
  after(() => broker.wipe())

  test('paused for longer than the time-out: nothing acknowledged is lost, each key stays in order', async (t) => {
    await checkFault(t, toSettings(broker, 1), async () => {
      broker.node(1).pause()
      await sleep(8000)
      broker.node(1).resume()
    })
  })

  test('kill -9 and restart: nothing acknowledged is lost, each key stays in order', async (t) => {
    await checkFault(t, toSettings(broker, 1), async () => {
      await broker.node(1).kill()
      await broker.node(1).start()
    })
  })

  test('an append that is not confirmed in time is refused, and later ones succeed', async (t) => {
    const { stream, topic } = await openTopic(t, toSettings(broker, 1), 2000)
    await stream.append(topic, [toValue({ key: 'a', id: 0 })])
    broker.node(1).pause()
    await assert.rejects(stream.append(topic, [toValue({ key: 'a', id: 1 })]), isUnreachable)
    await assert.rejects(stream.append(topic, [toValue({ key: 'a', id: 2 })]), isUnreachable)
    broker.node(1).resume()
    const later = (): Promise<boolean> =>
      stream.append(topic, [toValue({ key: 'a', id: 3 })]).then(
        () => true,
        (error) => !isUnreachable(error),
      )
    await until('appends succeed again', later)
    const log = await readBack(stream, topic, (marks) => marks.some(({ id }) => id === 3))
    const ids = new Set(log.map(({ id }) => id))
    assert.ok(ids.has(0) && ids.has(3))
  })

  test('without a broker an append is refused in time, and its error says why', async (t) => {
    const settings = { ...toSettings(broker, 1), brokers: ['127.0.0.1:1'] }
    const stream = await openKafkaStream(settings, { appendDeadlineMs: 500 })
    t.after(() => stream.close())
    await assert.rejects(stream.append('any', [toValue({ key: 'a', id: 0 })]), isUnreachable)
  })
})

describe('Kafka, three nodes', () => {
  let broker: Broker
  before(async () => (broker = await startBroker({ nodes: 3 })))
  after(() => broker.wipe())

  test('leader stopped in order: nothing acknowledged is lost, each key stays in order', async (t) => {
    let stopped = 0
    await checkFault(t, toSettings(broker, 3), async (leader) => {
      stopped = leader
      await broker.node(leader).stop()
    })
    await broker.node(stopped).start()
  })

  test('leader killed: nothing acknowledged is lost, each key stays in order', async (t) => {
    let killed = 0
    await checkFault(t, toSettings(broker, 3), async (leader) => {
      killed = leader
      await broker.node(leader).kill()
    })
    await broker.node(killed).start()
  })

  test('an append is not confirmed by its leader alone', async (t) => {
    const settings = toSettings(broker, 3)
    const stream = await openKafkaStream(settings, { appendDeadlineMs: 3000 })
    t.after(() => stream.close())
    const topic = topicName()
    await stream.admin.ensureTopics([spec(topic, { partitions: 1 })])
    const value = toValue({ key: 'a', id: 0 })
    await stream.append(topic, [value])
    const leader = await leaderOf(settings, topic)
    const others = [1, 2, 3].filter((id) => id !== leader)
    for (const id of others) broker.node(id).pause()
    try {
      await assert.rejects(stream.append(topic, [value]), isUnreachable)
    } finally {
      for (const id of others) broker.node(id).resume()
    }
  })

  test('topics are checked for the copies they should have', async (t) => {
    const { stream } = await openTopic(t, toSettings(broker, 1))
    const topic = topicName()
    await stream.admin.ensureTopics([spec(topic)])
    const strict = await openKafkaStream(toSettings(broker, 3))
    t.after(() => strict.close())
    const problems = await strict.admin.checkTopics([spec(topic)])
    assert.equal(problems.length, 1)
    assert.match(problems[0] ?? '', /has 1 copies .*, not 3/)
  })
})
