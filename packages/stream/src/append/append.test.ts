import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { StreamUnavailable, type StreamValue } from '../stream.ts'
import { createAccumulator, type AccumulatorOptions } from './accumulator.ts'
import { CHUNK_BYTES, buildChunks, encodeChunk, splitLines } from './chunk.ts'
import { murmur2, partitionOf } from './partition.ts'

const values = (count: number, size = 2): StreamValue[] =>
  Array.from({ length: count }, (_, index) => ({ key: 'k', value: `${index}`.padEnd(size, ' ') }))
const one = { partitions: 1, compacted: false }

describe('partitions', () => {
  test('keys are placed as Kafka places them', () => {
    // From UtilsTest.testMurmur2 of Apache Kafka.
    const known: Record<string, number> = {
      '21': -973932308,
      foobar: -790332482,
      'a-little-bit-long-string': -985981536,
      'a-little-bit-longer-string': -1486304829,
      lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
      abc: 479470107,
    }
    for (const [key, hash] of Object.entries(known)) assert.equal(murmur2(key), hash, key)
  })

  test('every partition is used, and none beyond', () => {
    const used = new Set(Array.from({ length: 1000 }, (_, index) => partitionOf(`key-${index}`, 8)))
    assert.deepEqual(used, new Set([0, 1, 2, 3, 4, 5, 6, 7]))
  })
})

describe('chunks', () => {
  test('small appends of one flush become one chunk of a partition, in order', () => {
    const [chunk, ...others] = buildChunks([values(2), values(3)], one)
    assert.equal(others.length, 0)
    assert.equal(chunk?.count, 5)
    assert.deepEqual(splitLines(chunk ? encodeChunk(chunk) : Buffer.of(), 5).map(String), [
      '0 ',
      '1 ',
      '0 ',
      '1 ',
      '2 ',
    ])
  })

  test('an append of 50 values is a chunk of its own', () => {
    const counts = buildChunks([values(2), values(50), values(3)], one).map(({ count }) => count)
    assert.deepEqual(counts, [2, 50, 3])
  })

  test('a chunk ends before it grows too large for one record', () => {
    const chunks = buildChunks([values(10, 200_000)], one)
    assert.deepEqual(
      chunks.map(({ count }) => count),
      [2, 2, 2, 2, 2],
    )
    assert.ok(chunks.every(({ byteLength }) => byteLength <= CHUNK_BYTES))
  })

  test('a compacted topic gets one value a chunk, with its key', () => {
    const chunks = buildChunks([values(3)], { partitions: 1, compacted: true })
    assert.deepEqual(
      chunks.map(({ key, count }) => [key, count]),
      [
        ['k', 1],
        ['k', 1],
        ['k', 1],
      ],
    )
  })

  test('a chunk with another number of values than was stored is damage', () => {
    assert.throws(() => splitLines(Buffer.from('a\nb'), 3), /damaged/)
  })
})

describe('accumulator', () => {
  const open = (more: Partial<AccumulatorOptions<string>> & Pick<AccumulatorOptions<string>, 'flush'>) =>
    createAccumulator<string>({ maxBytes: 10, lingerMs: 0, deadlineMs: Infinity, now: Date.now, ...more })

  test('one flush is in flight; what comes meanwhile goes with the next', async () => {
    const flushes: (readonly string[])[] = []
    const first = Promise.withResolvers<void>()
    const accumulator = open({
      flush: async (items) => {
        flushes.push(items)
        if (flushes.length === 1) await first.promise
      },
    })
    const a = accumulator.add('a', 1)
    await nextTurn()
    const rest = ['b', 'c', 'd'].map((item) => accumulator.add(item, 1))
    await nextTurn()
    assert.deepEqual(flushes, [['a']])
    first.resolve()
    await Promise.all([a, ...rest])
    assert.deepEqual(flushes, [['a'], ['b', 'c', 'd']])
  })

  test('a flush is bounded by bytes, and a larger item goes alone', async () => {
    const flushes: (readonly string[])[] = []
    const accumulator = open({ flush: async (items) => void flushes.push(items) })
    await Promise.all([
      accumulator.add('a', 6),
      accumulator.add('b', 6),
      accumulator.add('c', 100),
      accumulator.add('d', 1),
    ])
    assert.deepEqual(flushes, [['a'], ['b'], ['c'], ['d']])
  })

  test('a flush that failed rejects its items only', async () => {
    const accumulator = open({
      flush: async ([item]) => {
        if (item === 'a') throw new Error('refused')
      },
    })
    const a = accumulator.add('a', 10)
    const b = accumulator.add('b', 10)
    await assert.rejects(a, /refused/)
    await b
    await accumulator.drain()
  })

  test('an item waits no longer than the deadline, in flight or queued', async () => {
    const accumulator = open({
      deadlineMs: 30,
      flush: async (_items, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        throw new Error('nobody waits')
      },
    })
    const unreachable = (error: unknown): boolean =>
      error instanceof StreamUnavailable && error.reason === 'unreachable'
    const items = ['a', 'b'].map((item) => accumulator.add(item, 10))
    await Promise.all(items.map((item) => assert.rejects(item, unreachable)))
    await accumulator.drain()
  })

  test('what is queued behind a flush that is given up goes with it, in order', async () => {
    let now = 0
    const accumulator = open({
      deadlineMs: 30,
      now: () => now,
      flush: async (_items, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        throw new Error('nobody waits')
      },
    })
    const rejected: string[] = []
    const add = (item: string): Promise<unknown> => accumulator.add(item, 10).catch(() => rejected.push(item))
    const first = add('first')
    await nextTurn()
    now = 29
    const behind = add('behind')
    now = 31
    await Promise.all([first, behind])
    assert.deepEqual(rejected, ['first', 'behind'])
  })

  test('a flush goes on while one of its items still has time, and then counts for that one', async () => {
    let now = 0
    const end = Promise.withResolvers<void>()
    let aborts = 0
    const accumulator = open({
      deadlineMs: 20,
      now: () => now,
      flush: async (_items, signal) => {
        signal.addEventListener('abort', () => (aborts += 1))
        await end.promise
      },
    })
    const early = accumulator.add('early', 1)
    now = 10_000
    const late = accumulator.add('late', 1)
    await assert.rejects(early, StreamUnavailable)
    end.resolve()
    await late
    assert.equal(aborts, 0)
  })
})
