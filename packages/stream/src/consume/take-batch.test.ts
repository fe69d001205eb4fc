import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildChunks, encodeChunk } from '../append/chunk.ts'
import type { Batch, Position } from '../stream.ts'
import { DEFAULT_MAX_BYTES, takeBatch, type StoredChunk } from './take-batch.ts'

/** Chunks with these numbers of values, at offsets with gaps, as compaction leaves them. */
function chunksOf(counts: readonly number[]): StoredChunk[] {
  let id = 0
  return counts.map((count, index) => {
    const values = Array.from({ length: count }, () => ({ key: 'k', value: String((id += 1)) }))
    const [chunk] = buildChunks([values], { partitions: 1, compacted: false })
    return { chunk: BigInt(index * 3), count, bytes: chunk ? encodeChunk(chunk) : Buffer.of() }
  })
}

function takeAll(chunks: readonly StoredChunk[], maxValues: number, maxBytes = DEFAULT_MAX_BYTES): Batch[] {
  const batches: Batch[] = []
  let from: Position = { chunk: 0n, index: 0 }
  for (;;) {
    const rest = chunks.filter(({ chunk }) => chunk >= from.chunk)
    const taken = takeBatch(rest, { partition: 0, from, maxValues, maxBytes })
    if (!taken) return batches
    batches.push(taken.batch)
    from = taken.next
  }
}

const shapes: readonly (readonly number[])[] = [
  [1],
  [5],
  [1, 1, 1],
  [3, 7, 2],
  [10, 1, 10],
  [4, 4, 4, 4, 4],
  [25, 1],
]

for (const counts of shapes) {
  for (const maxValues of [1, 2, 3, 5, 7, 100]) {
    test(`chunks of ${counts.join(', ')} values give all of them once, in order, at most ${maxValues} at a time`, () => {
      const batches = takeAll(chunksOf(counts), maxValues)
      const total = counts.reduce((sum, count) => sum + count, 0)
      const values = batches.flatMap((batch) => batch.values.map(Number))
      assert.deepEqual(
        values,
        Array.from({ length: total }, (_, index) => index + 1),
      )
      assert.ok(batches.every((batch) => batch.values.length <= maxValues))
    })
  }
}

test('a chunk that fits into a batch is not split', () => {
  const sizes = takeAll(chunksOf([3, 3, 3]), 7).map(({ values }) => values.length)
  assert.deepEqual(sizes, [6, 3])
})

test('a batch ends before it grows too large for memory', () => {
  const bytes = Buffer.alloc(1_500_000, 'x')
  const chunks = [0n, 1n, 2n, 3n].map((chunk) => ({ chunk, count: 1, bytes }))
  assert.deepEqual(
    takeAll(chunks, 5000).map(({ values }) => values.length),
    [2, 2],
  )
})

test('a batch holds no more bytes than it may, except when one chunk does, and says when there is more', () => {
  const chunks = chunksOf([2, 2, 9, 1, 1])
  const sizes = takeAll(chunks, 100, 8).map(({ values }) => values.length)
  assert.deepEqual(sizes, [4, 9, 2])
  const from = { chunk: 0n, index: 0 }
  assert.equal(takeBatch(chunks, { partition: 0, from, maxValues: 100, maxBytes: 8 })?.isFull, true)
  assert.equal(takeBatch(chunks, { partition: 0, from, maxValues: 100, maxBytes: 100 })?.isFull, false)
  assert.equal(takeBatch(chunks, { partition: 0, from, maxValues: 15, maxBytes: 100 })?.isFull, true)
})
