import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test, type TestContext } from 'node:test'
import type { TopicSpec } from '@leadline/contract'
import type { OpenOptions } from '../src/index.ts'
import {
  collect,
  firstsByKey,
  ids,
  marksIn,
  openWithTopic,
  toValue,
  values,
  type StreamSettings,
} from './stream-lab.ts'
import { until } from './until.ts'

/** How every log hands over what it keeps. */
export function describeDelivery(name: string, settings: () => StreamSettings, options: OpenOptions): void {
  const openTopic = (t: TestContext, more: Partial<TopicSpec> = {}) =>
    openWithTopic(t, settings(), { ...more, open: options })

  describe(`${name}: delivery`, () => {
    test('a batch that failed is handed over again, the failure is told, and nothing is skipped', async (t) => {
      const { stream, topic } = await openTopic(t, { partitions: 1 })
      await stream.append(topic, values('k', 3))
      let calls = 0
      const { marks, failures } = await collect(stream, {
        topic,
        group: `g-${topic}`,
        handle: async () => {
          calls += 1
          if (calls <= 2) throw new Error(`failure ${calls}`)
        },
      })
      await until('3 values have arrived', () => marks.length >= 3)
      assert.deepEqual(
        marks.map(({ id }) => id),
        ids(3),
      )
      assert.deepEqual(
        failures.map(({ attempt, error }) => [attempt, String(error)]),
        [
          [1, 'Error: failure 1'],
          [2, 'Error: failure 2'],
        ],
      )
    })

    test('one partition that fails for long does not hold up the others', async (t) => {
      const { stream, topic } = await openTopic(t, { partitions: 4 })
      const first = await collect(stream, {
        topic,
        group: `g-${topic}`,
        handle: async (batch) => {
          if (marksIn(batch).some(({ key }) => key === 'bad')) throw new Error('refused')
        },
      })
      await stream.append(topic, values('bad', 1))
      await until('the bad value fails', () => first.failures.length > 0)
      const bad = first.failures[0]?.partition
      await stream.append(
        topic,
        ids(100).map((id) => toValue({ key: `key-${id}`, id })),
      )
      await until(
        'three partitions go on',
        () => new Set(first.batches.map(({ partition }) => partition)).size === 3,
      )
      assert.ok(first.batches.every(({ partition }) => partition !== bad))
    })

    test('of several batches in hand, a later one that is done first is not committed past an earlier', async (t) => {
      const { stream, topic } = await openTopic(t, { partitions: 1 })
      for (const value of values('k', 4)) await stream.append(topic, [value])
      const done: number[] = []
      const held = Promise.withResolvers<void>()
      const consumer = await stream.consume({
        topic,
        group: `g-${topic}`,
        maxValues: 1,
        maxInFlight: 4,
        onFailure: () => undefined,
        handle: async (batch) => {
          const [mark] = marksIn(batch)
          if (mark?.id === 0) await held.promise
          if (mark?.id === 0) throw new Error('never done')
          done.push(mark?.id ?? -1)
        },
      })
      await until('the later three are done', () => done.length === 3)
      const stopped = consumer.stop()
      held.resolve()
      await stopped
      const again = await collect(stream, { topic, group: `g-${topic}`, maxValues: 1 })
      await until('all four come again', () => again.marks.length >= 4)
      assert.deepEqual(
        again.marks.map(({ id }) => id),
        ids(4),
      )
    })

    test('with gatherMs small batches become fewer and larger, full ones follow at once, and nothing is missing', async (t) => {
      const { stream, topic } = await openTopic(t, { partitions: 1 })
      const gathering = await collect(stream, { topic, group: 'gathers', gatherMs: 400 })
      for (let id = 0; id < 40; id += 1) {
        await stream.append(topic, values('k', 1, id))
        await sleep(5)
      }
      await until('all have arrived', () => gathering.marks.length === 40)
      assert.ok(gathering.batches.length <= 10, `${gathering.batches.length} batches`)
      const behind = await collect(stream, { topic, group: 'behind', gatherMs: 60_000, maxValues: 10 })
      await until('all have arrived', () => behind.marks.length === 40)
      assert.deepEqual(
        behind.marks.map(({ id }) => id),
        ids(40),
      )
    })

    test('what comes while its consumer holds back is taken at once with what waits', async (t) => {
      const { stream, topic } = await openTopic(t, { partitions: 1 })
      let mayTake = false
      const asked: number[] = []
      const held = await collect(stream, {
        topic,
        group: 'holds',
        hold: async ({ waitedMs }) => {
          asked.push(waitedMs)
          return await Promise.resolve(mayTake ? 0 : 10)
        },
      })
      for (let id = 0; id < 10; id += 1) await stream.append(topic, values('k', 1, id))
      await until('it was asked three times', () => asked.length >= 3)
      assert.equal(held.batches.length, 0)
      mayTake = true
      await until('all have arrived', () => held.marks.length === 10)
      assert.ok(held.batches.length <= 2, `${held.batches.length} batches`)
      assert.ok(asked.every((waitedMs, i) => i === 0 || waitedMs > 0))
    })

    test('a consumer that holds back for ever stops at once, and the group gets it later', async (t) => {
      const { stream, topic } = await openTopic(t, { partitions: 1 })
      await stream.append(topic, values('k', 1))
      const asked = Promise.withResolvers<void>()
      const held = await collect(stream, {
        topic,
        group: `g-${topic}`,
        hold: async () => await Promise.resolve(asked.resolve()).then(() => 3_600_000),
      })
      await asked.promise
      await held.consumer.stop()
      assert.equal(held.marks.length, 0)
      const other = await collect(stream, { topic, group: `g-${topic}` })
      await until('another has it', () => other.marks.length === 1)
    })

    test('a group goes on where it stopped', async (t) => {
      const { stream, topic } = await openTopic(t)
      await stream.append(topic, values('k', 10))
      const before = await collect(stream, { topic, group: `g-${topic}` })
      await until('the first ten have arrived', () => before.marks.length >= 10)
      await before.consumer.stop()
      await stream.append(topic, values('k', 5, 10))
      const after = await collect(stream, { topic, group: `g-${topic}` })
      await until('the next five have arrived', () => after.marks.length >= 5)
      assert.deepEqual(
        after.marks.map(({ id }) => id),
        ids(5, 10),
      )
    })

    test('stop waits for the batch in hand and commits it', async (t) => {
      const { stream, topic } = await openTopic(t, { partitions: 1 })
      await stream.append(topic, values('k', 1))
      const inHand = Promise.withResolvers<void>()
      const goOn = Promise.withResolvers<void>()
      const { consumer, marks } = await collect(stream, {
        topic,
        group: `g-${topic}`,
        handle: async () => {
          inHand.resolve()
          await goOn.promise
        },
      })
      await inHand.promise
      const stopped = consumer.stop()
      goOn.resolve()
      await stopped
      assert.equal(marks.length, 1)
      assert.deepEqual(await stream.admin.lag(`g-${topic}`, topic), { 0: 0 })
    })

    test('stop gives up on a batch that does not end, and the group gets it again', async (t) => {
      const { stream, topic } = await openTopic(t, { partitions: 1 })
      await stream.append(topic, values('k', 1))
      const inHand = Promise.withResolvers<void>()
      const stuck = await collect(stream, {
        topic,
        group: `g-${topic}`,
        handle: async () => {
          inHand.resolve()
          await new Promise(() => undefined)
        },
      })
      await inHand.promise
      await stuck.consumer.stop(50)
      const again = await collect(stream, { topic, group: `g-${topic}` })
      await until('the value comes again', () => again.marks.length >= 1)
      assert.equal(stuck.marks.length, 0)
    })

    test('a paused consumer gets nothing, and all of it after resume', async (t) => {
      const { stream, topic } = await openTopic(t)
      const paused = await collect(stream, { topic, group: `paused-${topic}` })
      const other = await collect(stream, { topic, group: `other-${topic}` })
      await stream.append(topic, values('k', 1))
      await until('the first has arrived', () => paused.marks.length === 1 && other.marks.length === 1)
      paused.consumer.pause()
      await stream.append(topic, values('k', 20, 1))
      await until('the other group has all', () => other.marks.length === 21)
      assert.equal(paused.marks.length, 1)
      paused.consumer.resume()
      await until('the paused one has all', () => paused.marks.length >= 21)
      assert.deepEqual(firstsByKey(paused.marks).get('k'), ids(21))
    })
  })
}
