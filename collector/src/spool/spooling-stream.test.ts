import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { EVENTS_TOPIC, TOPICS } from '@leadline/contract'
import { createLog } from '@leadline/runtime'
import { StreamUnavailable, openStream } from '@leadline/stream'
import { createMemoryStream, type MemoryStream } from '../../test-support/memory-stream.ts'
import { fromSpoolValue, toSpoolValue } from './spool-line.ts'
import { SpoolingStream } from './spooling-stream.ts'

const unreachable = new StreamUnavailable('unreachable', 'told to fail')
const topics = TOPICS.filter(({ name }) => name === EVENTS_TOPIC).map((topic) => ({
  ...topic,
  partitions: 1,
}))
const value = (id: number, key = 'k') => ({ key, value: `{"id":${id},"pad":1e5}` })
const stored = (primary: MemoryStream): readonly string[] => primary.values(EVENTS_TOPIC)
const texts = (...ids: readonly number[]): readonly string[] => ids.map((id) => value(id).value)

async function until(isTrue: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + 60_000
  while (!isTrue()) {
    assert.ok(Date.now() < deadlineMs, 'the condition did not come true')
    await pause(2)
  }
}

async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-spool-'))
  t.after(() => rm(directory, { recursive: true, maxRetries: 3 }))
  return directory
}

interface Opened {
  readonly primary: MemoryStream
  readonly stream: SpoolingStream
  readonly lines: readonly string[]
}

async function open(t: TestContext, directory: string, maxBytes = 1024 ** 3): Promise<Opened> {
  const primary = createMemoryStream()
  const lines: string[] = []
  const spool = await openStream({ kind: 'embedded', directory, maxBytes })
  const log = createLog('collector', (line) => lines.push(line))
  const stream = new SpoolingStream({ primary, spool, topics, log })
  t.after(() => stream.close())
  return { primary, stream, lines }
}

async function openNew(t: TestContext, maxBytes?: number): Promise<Opened> {
  const opened = await open(t, await temporaryDirectory(t), maxBytes)
  await opened.stream.open()
  return opened
}

test('a line of the spool gives key and bytes back as they were', () => {
  for (const key of ['k', 'with\ttab', 'ü"\\\n', '']) {
    for (const bytes of ['{"a":"\\t"}', Buffer.from('{"n":1.0000000000000000001}')]) {
      const line = Buffer.from(toSpoolValue({ key, value: bytes }).value)
      assert.equal(line.includes('\n'), false)
      const back = fromSpoolValue(line)
      assert.equal(back.key, key)
      assert.equal(Buffer.from(back.value).toString(), Buffer.from(bytes).toString())
    }
  }
})

test('while the primary confirms, nothing goes to the spool', async (t) => {
  const { primary, stream } = await openNew(t)
  await stream.append(EVENTS_TOPIC, [value(1), value(2)])
  assert.deepEqual(stored(primary), texts(1, 2))
  assert.equal(stream.isDrained, true)
  assert.equal(stream.spooled, 0)
})

test('what the primary does not confirm is taken, and follows in order, keys and bytes kept, when it is back', async (t) => {
  const { primary, stream, lines } = await openNew(t)
  await stream.append(EVENTS_TOPIC, [value(0)])
  primary.failWith(unreachable)
  for (const id of [1, 2, 3]) await stream.append(EVENTS_TOPIC, [value(id, `key-${id}`)])
  assert.deepEqual(stored(primary), texts(0))
  assert.equal(stream.isDrained, false)
  assert.deepEqual(await stream.admin.checkTopics(topics), [])
  primary.failWith(undefined)
  await until(() => stream.isDrained)
  assert.deepEqual(stored(primary), texts(0, 1, 2, 3))
  assert.deepEqual(primary.keys(EVENTS_TOPIC), ['k', 'key-1', 'key-2', 'key-3'])
  await stream.append(EVENTS_TOPIC, [value(4)])
  assert.deepEqual(stored(primary), texts(0, 1, 2, 3, 4))
  assert.equal(stream.spooled, stream.drained)
  assert.equal(lines.filter((line) => line.includes('go to the spool')).length, 1)
})

test('nothing is drained while a value that came earlier is still on its way', async (t) => {
  const { primary, stream } = await openNew(t)
  primary.hold()
  const slow = stream.append(EVENTS_TOPIC, [value(1)])
  const waiting = primary.release.bind(primary)
  await until(() => primary.waiting === 1)
  // A second one fails at once while the first hangs.
  const failing = stream.append(EVENTS_TOPIC, [value(2)])
  await until(() => primary.waiting === 2)
  primary.rejectLast(unreachable)
  await failing
  await pause(50)
  assert.deepEqual(stored(primary), [])
  waiting()
  await slow
  await until(() => stream.isDrained)
  assert.deepEqual(stored(primary), texts(1, 2))
})

test('under load the spool is left all the same, and each key stays in order', async (t) => {
  const { primary, stream } = await openNew(t)
  let id = 0
  const end = new AbortController()
  const load = (async () => {
    while (!end.signal.aborted) {
      const mine = Array.from({ length: 5 }, () => value((id += 1)))
      await Promise.all(mine.map((one) => stream.append(EVENTS_TOPIC, [one])))
      await nextTurn()
    }
  })()
  await until(() => stored(primary).length > 50)
  primary.failWith(unreachable)
  await until(() => stream.spooled > 100)
  primary.failWith(undefined)
  await until(() => stream.isDrained)
  const before = stored(primary).length
  await until(() => stored(primary).length > before + 50)
  end.abort()
  await load
  const ids = stored(primary).map((text) => Number(/"id":(\d+)/.exec(text)?.[1]))
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
  )
  assert.equal(new Set(ids).size, id)
})

test('what lies in the spool survives a restart, and is drained before anything new goes to the primary', async (t) => {
  const directory = await temporaryDirectory(t)
  const first = await open(t, directory)
  await first.stream.open()
  first.primary.failWith(unreachable)
  for (const id of [1, 2]) await first.stream.append(EVENTS_TOPIC, [value(id)])
  await first.stream.close()

  const second = await open(t, directory)
  second.primary.failWith(unreachable)
  await second.stream.open()
  assert.equal(second.stream.isDrained, false)
  await second.stream.append(EVENTS_TOPIC, [value(3)])
  second.primary.failWith(undefined)
  await until(() => second.stream.isDrained)
  assert.deepEqual(stored(second.primary), texts(1, 2, 3))
})

test('at its bound the spool refuses as full, and takes values again once it was drained', async (t) => {
  const { primary, stream } = await openNew(t, 1024 ** 2)
  primary.failWith(unreachable)
  const large = { key: 'k', value: JSON.stringify('x'.repeat(7000)) }
  await assert.rejects(
    async () => {
      for (let count = 0; count < 1000; count += 1) await stream.append(EVENTS_TOPIC, [large])
    },
    (error) => error instanceof StreamUnavailable && error.reason === 'full' && /spool/.test(error.message),
  )
  const taken = stream.spooled - 1
  primary.failWith(undefined)
  await until(() => stream.isDrained)
  assert.equal(stored(primary).length, taken)
  await stream.append(EVENTS_TOPIC, [large])
})

test('a failure that no waiting will mend is handed on', async (t) => {
  const { primary, stream } = await openNew(t)
  primary.failWith(new Error('topic events.v1 is missing'))
  await assert.rejects(stream.append(EVENTS_TOPIC, [value(1)]), /missing/)
  assert.equal(stream.isDrained, true)
})
