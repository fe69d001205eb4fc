import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import type { TopicSpec } from '@leadline/contract'
import { StreamUnavailable, openStream, type OpenOptions, type Position } from '../src/index.ts'
import { describeDelivery } from './conformance-of-delivery.ts'
import {
  collect,
  firstsByKey,
  ids,
  isAscending,
  killHard,
  openWithTopic,
  readBack,
  readNotes,
  spec,
  startChild,
  temporaryDirectory,
  toValue,
  topicName,
  values,
  type StreamSettings,
} from './stream-lab.ts'
import { until } from './until.ts'

const isAfter = (a: Position, b: Position): boolean =>
  a.chunk > b.chunk || (a.chunk === b.chunk && a.index > b.index)

/** What every log must do, whatever it is made of. `settings` is asked once the log can be reached. */
export function describeConformance(
  name: string,
  settings: () => StreamSettings,
  options: OpenOptions = {},
): void {
  const openTopic = (t: TestContext, more: Partial<TopicSpec> = {}) =>
    openWithTopic(t, settings(), { ...more, open: options })

  describe(`${name}: append and read`, () => {
    test('a group that is new reads all values from the oldest on, each key in order', async (t) => {
      const { stream, topic } = await openTopic(t)
      const keys = ids(20).map((index) => `key-${index}`)
      await Promise.all(keys.flatMap((key) => values(key, 30).map((value) => stream.append(topic, [value]))))
      const { marks, consumer } = await collect(stream, { topic, group: `g-${topic}` })
      await until('600 values have arrived', () => marks.length >= 600)
      await consumer.stop()
      for (const key of keys) assert.deepEqual(firstsByKey(marks).get(key), ids(30))
    })

    test('bytes come back as they were, those of strings and those of byte arrays', async (t) => {
      const { stream, topic } = await openTopic(t)
      const texts = ['{"a":"ä€😀"}', '{"line":"\\n and \\u2028"}', '"  spaces  "', '0']
      await stream.append(topic, [
        ...texts.map((value) => ({ key: 'k', value })),
        ...texts.map((value) => ({ key: 'k', value: new TextEncoder().encode(value) })),
      ])
      const read: string[] = []
      await stream.consume({
        topic,
        group: `g-${topic}`,
        onFailure: ({ error }) => assert.fail(String(error)),
        handle: async (batch) => void read.push(...batch.values.map(String)),
      })
      await until('8 values have arrived', () => read.length >= 8)
      assert.deepEqual(read, [...texts, ...texts])
    })

    test('positions of a partition grow, and a batch holds at most maxValues', async (t) => {
      const { stream, topic } = await openTopic(t, { partitions: 1 })
      await stream.append(topic, values('k', 25))
      for (const value of values('k', 10, 25)) await stream.append(topic, [value])
      const { marks, batches } = await collect(stream, { topic, group: `g-${topic}`, maxValues: 10 })
      await until('35 values have arrived', () => marks.length >= 35)
      assert.deepEqual(
        marks.map(({ id }) => id),
        ids(35),
      )
      batches.forEach((batch, index) => {
        assert.ok(batch.values.length >= 1 && batch.values.length <= 10)
        const before = batches[index - 1]
        assert.ok(!isAfter(batch.first, batch.last))
        if (before) assert.ok(isAfter(batch.first, before.last))
      })
    })

    test('an append of 3 MB comes back whole and in order', async (t) => {
      const { stream, topic } = await openTopic(t)
      const padding = 'x'.repeat(30_000)
      const large = ids(100).map((id) => ({ key: 'k', value: JSON.stringify({ key: 'k', id, padding }) }))
      await stream.append(topic, large)
      const { marks } = await collect(stream, { topic, group: `g-${topic}` })
      await until('100 values have arrived', () => marks.length >= 100)
      assert.deepEqual(firstsByKey(marks).get('k'), ids(100))
    })

    test('each group gets every value; members that share a group share the partitions', async (t) => {
      const { stream, topic } = await openTopic(t)
      const alone = await collect(stream, { topic, group: `alone-${topic}` })
      const left = await collect(stream, { topic, group: `both-${topic}` })
      const right = await collect(stream, { topic, group: `both-${topic}` })
      const appended = ids(400).map((id) => toValue({ key: `key-${id}`, id }))
      // Until the members have divided the partitions, one may hold them all.
      let rounds = 0
      await until('both members get values', async () => {
        rounds += 1
        await stream.append(topic, appended)
        return left.marks.length > 0 && right.marks.length > 0
      })
      await until('nothing is left', async () => alone.marks.length >= 400 * rounds)
      const shared = (): number => new Set([...left.marks, ...right.marks].map(({ id }) => id)).size
      await until('the group has every value', () => shared() === 400)
      assert.equal(alone.marks.length, 400 * rounds)
    })

    test('a value with a line break is refused, and nothing of its append is stored', async (t) => {
      const { stream, topic } = await openTopic(t)
      await assert.rejects(
        stream.append(topic, [...values('k', 1), { key: 'k', value: '{\n}' }]),
        /line break/,
      )
      await stream.append(topic, values('k', 1, 7))
      const marks = await readBack(stream, topic, (marks) => marks.some(({ id }) => id === 7))
      assert.deepEqual(marks, [{ key: 'k', id: 7 }])
    })

    test('an append to a topic that does not exist is refused', async (t) => {
      const { stream } = await openTopic(t)
      await assert.rejects(stream.append(topicName(), values('k', 1)), /is missing/)
    })

    test('a closed stream takes nothing more', async (t) => {
      const { stream, topic } = await openTopic(t)
      const last = stream.append(topic, values('k', 1))
      await stream.close()
      await last
      const closed = (error: unknown): boolean =>
        error instanceof StreamUnavailable && error.reason === 'closed'
      await assert.rejects(stream.append(topic, values('k', 1)), closed)
    })
  })

  describeDelivery(name, settings, options)

  describe(`${name}: topics and lag`, () => {
    test('lag counts what a group has not finished, by partition, and all for a group that never read', async (t) => {
      const { stream, topic } = await openTopic(t, { partitions: 1 })
      for (const value of values('k', 3)) await stream.append(topic, [value])
      assert.deepEqual(await stream.admin.lag(`g-${topic}`, topic), { 0: 3 })
      const { consumer, marks } = await collect(stream, { topic, group: `g-${topic}` })
      await until('the lag is gone', async () => (await stream.admin.lag(`g-${topic}`, topic))['0'] === 0)
      assert.equal(marks.length, 3)
      await consumer.stop()
      await stream.append(topic, values('k', 1, 3))
      assert.deepEqual(await stream.admin.lag(`g-${topic}`, topic), { 0: 1 })
    })

    test('what was in front of an end is told apart from what came later', async (t) => {
      const { stream, topic } = await openTopic(t, { partitions: 1 })
      const group = `g-${topic}`
      const empty = await stream.admin.ends(topic)
      for (const value of values('k', 3)) await stream.append(topic, [value])
      const ends = await stream.admin.ends(topic)
      const { consumer } = await collect(stream, { topic, group })
      await until('three are read', async () => (await stream.admin.lag(group, topic))['0'] === 0)
      await consumer.stop()
      await stream.append(topic, values('k', 1, 3))
      assert.deepEqual(await stream.admin.lag(group, topic), { 0: 1 })
      assert.deepEqual(await stream.admin.lag(group, topic, ends), { 0: 0 })
      assert.deepEqual(await stream.admin.lag(`other-${topic}`, topic, ends), { 0: 3 })
      assert.deepEqual(await stream.admin.lag(`other-${topic}`, topic, empty), { 0: 0 })
    })

    test('topics are made once; a missing one is named', async (t) => {
      const { stream, topic } = await openTopic(t, { partitions: 3 })
      await stream.append(topic, values('k', 1))
      const absent = topicName()
      const problems = await stream.admin.checkTopics([spec(topic), spec(absent)])
      assert.equal(problems.length, 1)
      assert.match(problems[0] ?? '', new RegExp(`${absent} is missing`))
      await stream.admin.ensureTopics([spec(topic, { partitions: 8 })])
      assert.equal(Object.keys(await stream.admin.lag(`g-${topic}`, topic)).length, 3)
    })

    test('a compacted topic holds one value per record', async (t) => {
      const { stream, topic } = await openTopic(t, { partitions: 1, compacted: true })
      await stream.append(topic, values('k', 60))
      assert.deepEqual(await stream.admin.lag(`g-${topic}`, topic), { 0: 60 })
      const { marks } = await collect(stream, { topic, group: `g-${topic}` })
      await until('60 values have arrived', () => marks.length >= 60)
      assert.deepEqual(firstsByKey(marks).get('k'), ids(60))
    })
  })

  describe(`${name}: death of a process`, () => {
    test('kill -9 of an appender: every acknowledged value is there, each key in order', async (t) => {
      const { stream, topic } = await openTopic(t)
      const notes = join(temporaryDirectory(t), 'acknowledged')
      for (const round of [0, 1]) {
        const task = { role: 'append', topic, group: '', notes, settings: settings(), open: options } as const
        const child = startChild(t, { ...task, firstId: round * 1_000_000 })
        const before = readNotes(notes).length
        await until('the appender has 500 acknowledgements', () => readNotes(notes).length >= before + 500)
        await killHard(child)
      }
      const acknowledged = readNotes(notes)
      const found = new Set<string>()
      const marks = await readBack(stream, topic, (marks) => {
        for (const { key, id } of marks) found.add(`${key} ${id}`)
        return acknowledged.every(({ key, id }) => found.has(`${key} ${id}`))
      })
      for (const [key, order] of firstsByKey(marks)) assert.ok(isAscending(order), `${key} is out of order`)
    })

    test('kill -9 of a consumer: another goes on, and the group has handled every value', async (t) => {
      const { stream, topic } = await openTopic(t)
      const notes = join(temporaryDirectory(t), 'handled')
      const task = {
        role: 'consume',
        topic,
        group: `g-${topic}`,
        notes,
        firstId: 0,
        settings: settings(),
        open: options,
      } as const
      const all = ids(2000).map((id) => toValue({ key: `key-${id % 16}`, id }))
      const child = startChild(t, task)
      for (const value of all.slice(0, 1000)) await stream.append(topic, [value])
      await until('the first consumer has handled some', () => readNotes(notes).length >= 200)
      await killHard(child)
      startChild(t, task)
      await stream.append(topic, all.slice(1000))
      const handled = (): Set<number> => new Set(readNotes(notes).map(({ id }) => id))
      await until('every value is handled', () => handled().size === all.length)
      for (const [key, order] of firstsByKey(readNotes(notes)))
        assert.ok(isAscending(order), `${key} is out of order`)
    })

    test('two processes of one group share the work; both append to the same topic', async (t) => {
      const { stream, topic } = await openTopic(t)
      const directory = temporaryDirectory(t)
      const files = ['left', 'right'].map((name) => join(directory, name))
      const task = { topic, group: `g-${topic}`, firstId: 0, settings: settings(), open: options }
      const consumers = files.map((notes) => startChild(t, { ...task, role: 'consume', notes }))
      const appender = startChild(t, { ...task, role: 'append', notes: join(directory, 'acknowledged') })
      let id = 0
      await until('both processes have handled values', async () => {
        await stream.append(topic, [toValue({ key: `here-${(id += 1)}`, id })])
        return files.every((file) => readNotes(file).length > 0)
      })
      await Promise.all([appender, ...consumers].map(killHard))
    })
  })

  test(`${name}: one stream may be opened while another has it open`, async (t) => {
    const { stream, topic } = await openTopic(t)
    const other = await openStream(settings())
    t.after(() => other.close())
    const { marks } = await collect(other, { topic, group: `g-${topic}` })
    await stream.append(topic, values('k', 5))
    await other.append(topic, values('k', 5, 5))
    await until('10 values have arrived', () => marks.length >= 10)
    assert.deepEqual(firstsByKey(marks).get('k'), ids(10))
  })
}
