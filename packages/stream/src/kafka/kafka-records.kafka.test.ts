import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startBroker, type Broker } from '../../test-broker/broker.ts'
import {
  collect,
  firstsByKey,
  openWithTopic,
  toValue,
  warmUp,
  type Mark,
} from '../../test-support/stream-lab.ts'
import { until } from '../../test-support/until.ts'
import { loadKafkaJs } from './load-kafkajs.ts'
import type { KafkaSettings } from './kafka-stream.ts'

const ids = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

describe('Kafka records', () => {
  let broker: Broker
  before(async () => {
    broker = await startBroker()
    await warmUp(settings())
  })
  after(() => broker.wipe())
  const settings = (more: Partial<KafkaSettings> = {}): KafkaSettings => ({
    kind: 'kafka',
    brokers: broker.brokers,
    clientId: 'records',
    ssl: false,
    replication: 1,
    compression: 'none',
    ...more,
  })
  const client = () => {
    const { Kafka, logLevel } = loadKafkaJs()
    return new Kafka({ brokers: broker.brokers, logLevel: logLevel.NOTHING })
  }

  for (const compression of ['zstd', 'gzip'] as const) {
    test(`values that were compressed by ${compression} come back as they were`, async (t) => {
      const { stream, topic } = await openWithTopic(t, settings({ compression }))
      await stream.append(
        topic,
        ids(500).map((id) => toValue({ key: 'k', id })),
      )
      const { marks } = await collect(stream, { topic, group: `g-${topic}` })
      await until('500 values have arrived', () => marks.length >= 500)
      assert.deepEqual(firstsByKey(marks).get('k'), ids(500))
    })
  }

  test('records of other writers are one value each, line breaks and all', async (t) => {
    const { stream, topic } = await openWithTopic(t, settings(), { partitions: 1 })
    const producer = client().producer({ createPartitioner: loadKafkaJs().Partitioners.DefaultPartitioner })
    await producer.connect()
    const value = JSON.stringify({ key: 'k', id: 1 } satisfies Mark, undefined, 2)
    await producer.send({ topic, messages: [{ key: 'k', value }] })
    await producer.disconnect()
    const { marks } = await collect(stream, { topic, group: `g-${topic}` })
    await until('the value has arrived', () => marks.length >= 1)
    assert.deepEqual(marks, [{ key: 'k', id: 1 }])
  })

  test('keys lie in the partition where other clients of Kafka look for them', async (t) => {
    const { stream, topic } = await openWithTopic(t, settings(), { partitions: 8 })
    const { Partitioners } = loadKafkaJs()
    const place = Partitioners.DefaultPartitioner()
    const partitionMetadata = ids(8).map((partitionId) => ({
      partitionErrorCode: 0,
      partitionId,
      leader: 1,
      replicas: [1],
      isr: [1],
    }))
    const keys = ids(50).map((index) => `key-${index}`)
    await stream.append(
      topic,
      keys.map((key, id) => toValue({ key, id })),
    )
    const { batches } = await collect(stream, { topic, group: `g-${topic}` })
    await until(
      '50 values have arrived',
      () => batches.reduce((sum, { values }) => sum + values.length, 0) >= 50,
    )
    for (const { partition, values } of batches) {
      for (const value of values) {
        const { key } = JSON.parse(value.toString())
        assert.equal(place({ topic, partitionMetadata, message: { key, value: '' } }), partition)
      }
    }
  })

  test('a flush is one record for each partition, and 50 values of one append are a record of their own', async (t) => {
    const { stream, topic } = await openWithTopic(t, settings(), { partitions: 1 })
    await stream.append(topic, [toValue({ key: 'k', id: 0 })])
    await Promise.all(ids(20).map((id) => stream.append(topic, [toValue({ key: 'k', id })])))
    const small = (await stream.admin.lag('none', topic))['0'] ?? 0
    assert.ok(small < 21, `${small} records for 21 values`)
    await stream.append(
      topic,
      ids(50).map((id) => toValue({ key: 'k', id })),
    )
    assert.equal((await stream.admin.lag('none', topic))['0'], small + 1)
  })

  test('a member that joins takes partitions over while the other works, and every value is handled', async (t) => {
    const { stream, topic } = await openWithTopic(t, settings())
    const handled = new Set<number>()
    const inHand = new Map<string, number>()
    let overlaps = 0
    const handle = async (batch: { partition: number; values: readonly Buffer[] }): Promise<void> => {
      const place = String(batch.partition)
      inHand.set(place, (inHand.get(place) ?? 0) + 1)
      if ((inHand.get(place) ?? 0) > 1) overlaps += 1
      await new Promise((resolve) => setTimeout(resolve, 20))
      for (const value of batch.values) handled.add(JSON.parse(value.toString()).id)
      inHand.set(place, (inHand.get(place) ?? 0) - 1)
    }
    const first = await collect(stream, { topic, group: `g-${topic}`, maxValues: 5, handle })
    let id = 0
    const append = async (): Promise<void> => {
      for (let end = id + 10; id < end; id += 1)
        await stream.append(topic, [toValue({ key: `key-${id}`, id })])
    }
    for (let round = 0; round < 10; round += 1) await append()
    const second = await collect(stream, { topic, group: `g-${topic}`, maxValues: 5, handle })
    await until('the second works too', async () => {
      await append()
      return second.marks.length > 0
    })
    await first.consumer.stop()
    await append()
    await until('every value is handled', () => handled.size === id)
    // Where a partition changes hands, its old and its new holder may meet once.
    assert.ok(overlaps <= 4, `${overlaps} overlaps`)
  })
})
