import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import {
  collect,
  openWithTopic,
  readBack,
  spec,
  temporaryDirectory,
  toValue,
  type StreamSettings,
} from '../../test-support/stream-lab.ts'
import { until } from '../../test-support/until.ts'
import { StreamUnavailable, openStream } from '../index.ts'
import { packBytes } from './packed-bytes.ts'
import { toUnavailable } from './sqlite-error.ts'

const embedded = (directory: string, maxBytes = 1024 ** 3): StreamSettings => ({
  kind: 'embedded',
  directory,
  maxBytes,
})
/** Of random text, of which packing saves little. */
const large = (id: number) => ({
  key: 'k',
  value: JSON.stringify({ key: 'k', id, padding: randomBytes(37_500).toString('base64') }),
})
const sizeOf = (directory: string): number =>
  readdirSync(directory).reduce((sum, file) => sum + statSync(join(directory, file)).size, 0)
const isFull = (error: unknown): boolean => error instanceof StreamUnavailable && error.reason === 'full'

test('at the size bound appends are refused as full, and go on once retention has made room', async (t) => {
  const directory = temporaryDirectory(t)
  const maxBytes = 8 * 1024 * 1024
  const { stream, topic } = await openWithTopic(t, embedded(directory, maxBytes), { partitions: 1 })
  let stored = 0
  await assert.rejects(async () => {
    for (; stored < 1000; stored += 1) await stream.append(topic, [large(stored)])
  }, isFull)
  const storedBytes = stored * packBytes(Buffer.from(large(0).value)).byteLength
  assert.ok(storedBytes <= maxBytes && storedBytes > maxBytes / 2, `${storedBytes} bytes were taken`)
  const { marks } = await collect(stream, { topic, group: 'g' })
  await until('all is read', () => marks.length === stored)
  await until('all is committed', async () => (await stream.admin.lag('g', topic))['0'] === 0)
  await until('there is room', async () => {
    await stream.admin.applyRetention([spec(topic, { retentionMs: 0 })])
    return await stream.append(topic, [large(stored)]).then(
      () => true,
      (error) => !isFull(error),
    )
  })
})

test('an append to a log that is damaged says so, and what to do', async (t) => {
  const directory = temporaryDirectory(t)
  const { stream, topic } = await openWithTopic(t, embedded(directory), { partitions: 1 })
  await stream.close()
  writeFileSync(join(directory, `${topic}.db`), 'no database'.repeat(1000))
  const again = await openStream(embedded(directory))
  t.after(() => again.close())
  await assert.rejects(
    again.append(topic, [toValue({ key: 'k', id: 1 })]),
    (error) => error instanceof StreamUnavailable && /is damaged: stop, and/.test(error.message),
  )
})

test('an append that SQLite has no room for is refused as full', () => {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE chunks (bytes BLOB); PRAGMA max_page_count = 8')
  const fill = (): void => database.exec('INSERT INTO chunks VALUES (zeroblob(100000))')
  assert.throws(fill, (error) => isFull(toUnavailable(error, 'events.v1', '/anywhere')))
  database.close()
})

test('retention deletes chunks past their time that all groups have read, and keeps the others', async (t) => {
  const { stream, topic } = await openWithTopic(t, embedded(temporaryDirectory(t)), { partitions: 1 })
  for (let id = 0; id < 5; id += 1) await stream.append(topic, [toValue({ key: 'k', id })])
  const slow = await collect(stream, { topic, group: 'slow' })
  await until('the slow group has five', () => slow.marks.length === 5)
  await slow.consumer.stop()
  for (let id = 5; id < 10; id += 1) await stream.append(topic, [toValue({ key: 'k', id })])
  const fast = await collect(stream, { topic, group: 'fast' })
  await until('the fast group has all', () => fast.marks.length === 10)
  await fast.consumer.stop()

  await stream.admin.applyRetention([spec(topic, { retentionMs: 3_600_000 })])
  assert.equal((await stream.admin.lag('new', topic))['0'], 10)
  await until('time has passed by 1 ms', async () => {
    await stream.admin.applyRetention([spec(topic, { retentionMs: 0 })])
    return (await stream.admin.lag('new', topic))['0'] === 5
  })
  const rest = await collect(stream, { topic, group: 'slow' })
  await until('the slow group has the rest', () => rest.marks.length === 5)
  assert.deepEqual(
    rest.marks.map(({ id }) => id),
    [5, 6, 7, 8, 9],
  )
})

test('after retention has deleted all, new values still get later positions', async (t) => {
  const { stream, topic } = await openWithTopic(t, embedded(temporaryDirectory(t)), { partitions: 1 })
  const reader = await collect(stream, { topic, group: 'g' })
  await stream.append(topic, [toValue({ key: 'k', id: 0 })])
  await until('the group has read it', async () => (await stream.admin.lag('g', topic))['0'] === 0)
  await until('it is deleted', async () => {
    await stream.admin.applyRetention([spec(topic, { retentionMs: 0 })])
    return (await stream.admin.lag('new', topic))['0'] === 0
  })
  await stream.append(topic, [toValue({ key: 'k', id: 1 })])
  await until('the next value has arrived', () => reader.marks.length === 2)
  const [first, second] = reader.batches
  assert.ok(first && second && second.first.chunk > first.first.chunk)
})

test('retention gives the space back to the file system', async (t) => {
  const directory = temporaryDirectory(t)
  const { stream, topic } = await openWithTopic(t, embedded(directory), { partitions: 1 })
  for (let id = 0; id < 600; id += 20) {
    await stream.append(
      topic,
      Array.from({ length: 20 }, (_, index) => large(id + index)),
    )
  }
  const before = sizeOf(directory)
  await until('all is deleted', async () => {
    await stream.admin.applyRetention([spec(topic, { retentionMs: 0 })])
    return (await stream.admin.lag('new', topic))['0'] === 0
  })
  await stream.close()
  assert.ok(sizeOf(directory) < before / 3, `${sizeOf(directory)} of ${before} bytes remain`)
})

test('on a compacted topic retention keeps the newest value of each key', async (t) => {
  const more = { partitions: 2, compacted: true }
  const { stream, topic } = await openWithTopic(t, embedded(temporaryDirectory(t)), more)
  const keys = ['a', 'b', 'c']
  for (let id = 0; id < 30; id += 1) await stream.append(topic, [toValue({ key: keys[id % 3] ?? '', id })])
  await stream.admin.applyRetention([spec(topic, more)])
  const marks = await readBack(stream, topic, (marks) => marks.length >= 3)
  assert.deepEqual(marks.map(({ key, id }) => `${key}${id}`).sort(), ['a27', 'b28', 'c29'])
})

test('a member that lost its partitions cannot commit, and the group goes on from the new holder', async (t) => {
  const directory = temporaryDirectory(t)
  const { stream, topic } = await openWithTopic(t, embedded(directory), { partitions: 1 })
  const goOn = Promise.withResolvers<void>()
  const inHand = Promise.withResolvers<void>()
  const stuck = await collect(stream, {
    topic,
    group: 'g',
    handle: async () => {
      inHand.resolve()
      await goOn.promise
    },
  })
  await stream.append(topic, [toValue({ key: 'k', id: 0 })])
  await inHand.promise
  await stuck.consumer.stop(1)
  const next = await collect(stream, { topic, group: 'g' })
  await until('the new holder has committed', async () => (await stream.admin.lag('g', topic))['0'] === 0)
  await next.consumer.stop()
  await stream.append(topic, [toValue({ key: 'k', id: 1 })])
  goOn.resolve()
  await until('the late handler is done', () => stuck.marks.length === 1)
  assert.deepEqual(await stream.admin.lag('g', topic), { 0: 1 })
})

test('a log that was replaced by a new one is read from its beginning', async (t) => {
  const directory = temporaryDirectory(t)
  const first = await openStream(embedded(directory))
  await first.admin.ensureTopics([spec('moved', { partitions: 1 })])
  for (let id = 0; id < 5; id += 1) await first.append('moved', [toValue({ key: 'k', id })])
  const reader = await collect(first, { topic: 'moved', group: 'g' })
  await until('five are read', () => reader.marks.length === 5)
  await first.close()
  for (const file of readdirSync(directory)) if (!file.includes('.groups.')) rmSync(join(directory, file))
  const second = await openStream(embedded(directory))
  t.after(() => second.close())
  await second.admin.ensureTopics([spec('moved', { partitions: 1 })])
  await second.append('moved', [toValue({ key: 'k', id: 100 })])
  const again = await collect(second, { topic: 'moved', group: 'g' })
  await until('the new value has arrived', () => again.marks.length === 1)
  assert.equal(again.marks[0]?.id, 100)
})
