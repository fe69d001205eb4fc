import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Position } from '../stream.ts'
import { Delivery } from './delivery.ts'

const at = (chunk: number): Position => ({ chunk: BigInt(chunk), index: 0 })

test('what is behind a batch that takes long is handled, and committed when that one is done', async () => {
  const first = Promise.withResolvers<undefined>()
  const handled: number[] = []
  const committed: Position[] = []
  let taken = 0
  const delivery = new Delivery({
    partition: 0,
    gatherMs: 0,
    maxInFlight: 2,
    isWaiting: () => taken < 20,
    take() {
      if (taken === 20) return undefined
      taken += 1
      const batch = { partition: 0, values: [Buffer.from(String(taken))], first: at(taken), last: at(taken) }
      return { batch, next: at(taken + 1), isFull: true }
    },
    async handle({ values }) {
      const value = Number(values[0])
      if (value === 1) await first.promise
      handled.push(value)
    },
    commit: async (next) => {
      committed.push(next)
      return await Promise.resolve('committed')
    },
    onFailure: ({ error }) => assert.fail(String(error)),
  })
  delivery.wake()
  while (handled.length < 19) await new Promise(setImmediate)
  assert.deepEqual(committed, [])
  first.resolve(undefined)
  await delivery.finish()
  assert.equal(handled.at(-1), 1)
  assert.deepEqual(committed, [at(21)])
})
