import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { groupBatches } from './group-batches.ts'

const GATHER_MS = 400

describe('batches of several partitions', () => {
  test('that come soon after a group are the next group, however many turns apart', async () => {
    const groups: (readonly number[])[] = []
    const add = groupBatches<number>(async (items) => {
      groups.push(items)
      await nextTurn()
    }, GATHER_MS)
    await add(1)
    assert.deepEqual(groups, [[1]])
    const second = add(2)
    await nextTurn()
    await nextTurn()
    await Promise.all([second, add(3)])
    assert.deepEqual(groups, [[1], [2, 3]])
  })

  test('that come while a group is in hand are the next group', async () => {
    const groups: (readonly number[])[] = []
    const first = Promise.withResolvers<undefined>()
    const add = groupBatches<number>(async (items) => {
      groups.push(items)
      if (groups.length === 1) await first.promise
    })
    const one = add(1)
    await nextTurn()
    const others = [add(2), add(3)]
    first.resolve(undefined)
    await Promise.all([one, ...others])
    assert.deepEqual(groups, [[1], [2, 3]])
  })

  test('of which one cannot be handled are handled one by one', async () => {
    const handled: number[] = []
    const add = groupBatches<number>(async (items) => {
      await nextTurn()
      if (items.includes(2)) throw new Error('two')
      handled.push(...items)
    })
    const outcomes = await Promise.allSettled([add(1), add(2), add(3)])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(handled, [1, 3])
  })
})
