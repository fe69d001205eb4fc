import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HoldDown } from './hold-down.ts'

const open = () => new HoldDown<string>({ quietMs: 1000, maxMs: 3000 }, (a, b) => `${a}+${b}`)

test('work is due once its subject has been quiet', () => {
  const hold = open()
  hold.add('a', '1', 0)
  assert.deepEqual(hold.takeDue(999, 10), [])
  assert.equal(hold.nextDueMs(), 1000)
  assert.deepEqual(hold.takeDue(1000, 10), ['1'])
  assert.equal(hold.size, 0)
  assert.equal(hold.nextDueMs(), undefined)
})

test('further changes of one subject merge and extend the quiet time', () => {
  const hold = open()
  hold.add('a', '1', 0)
  hold.add('a', '2', 900)
  assert.deepEqual(hold.takeDue(1500, 10), [])
  assert.deepEqual(hold.takeDue(1900, 10), ['1+2'])
})

test('a subject that is never quiet is due at the longest wait after its first change', () => {
  const hold = open()
  for (let ms = 0; ms < 3000; ms += 500) hold.add('a', 'x', ms)
  assert.deepEqual(hold.takeDue(2999, 10), [])
  assert.equal(hold.takeDue(3000, 10).length, 1)
})

test('subjects do not wait for each other', () => {
  const hold = open()
  hold.add('a', '1', 0)
  hold.add('b', '2', 700)
  assert.deepEqual(hold.takeDue(1000, 10), ['1'])
  assert.deepEqual(hold.takeDue(1700, 10), ['2'])
})

test('at most the asked number is taken, the rest stays due', () => {
  const hold = open()
  for (const key of ['a', 'b', 'c']) hold.add(key, key, 0)
  assert.deepEqual(hold.takeDue(5000, 2), ['a', 'b'])
  assert.deepEqual(hold.takeDue(5000, 2), ['c'])
})

test('postponed work keeps its pause even when the subject changes again', () => {
  const hold = open()
  hold.postpone('a', 'again', 10_000)
  hold.add('a', 'new', 2000)
  assert.deepEqual(hold.takeDue(9999, 10), [])
  assert.deepEqual(hold.takeDue(10_000, 10), ['again+new'])
})

test('work that failed while its subject changed merges into the waiting change', () => {
  const hold = open()
  hold.add('a', 'new', 2000)
  hold.postpone('a', 'again', 2500)
  assert.deepEqual(hold.takeDue(2999, 10), [])
  assert.deepEqual(hold.takeDue(3000, 10), ['again+new'])
})
