import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HoldDown } from './hold-down.ts'

const open = () => new HoldDown<string>({ quietMs: 1000, maxMs: 3000 }, (a, b) => `${a}+${b}`)

const identity = (item: string) => ({ item, isIdentity: true, lingerMs: 0 })
const other = (item: string, lingerMs = 400) => ({ item, isIdentity: false, lingerMs })

test('work is due once the identity of its subject has been quiet', () => {
  const hold = open()
  hold.add('a', identity('1'), 0)
  assert.deepEqual(hold.takeDue(999, 10), [])
  assert.equal(hold.nextDueMs(), 1000)
  assert.deepEqual(hold.takeDue(1000, 10), ['1'])
  assert.equal(hold.size, 0)
  assert.equal(hold.nextDueMs(), undefined)
})

test('further identity changes of one subject merge and begin the quiet time anew', () => {
  const hold = open()
  hold.add('a', identity('1'), 0)
  hold.add('a', identity('2'), 900)
  assert.deepEqual(hold.takeDue(1500, 10), [])
  assert.deepEqual(hold.takeDue(1900, 10), ['1+2'])
})

test('what is no identity change merges and moves nothing: who goes on browsing does not wait longer', () => {
  const hold = open()
  hold.add('a', identity('1'), 0)
  for (let ms = 300; ms < 1000; ms += 300) hold.add('a', other('x'), ms)
  assert.deepEqual(hold.takeDue(999, 10), [])
  assert.deepEqual(hold.takeDue(1000, 10), ['1+x+x+x'])
})

test('without an identity change work is due soon, and a burst is still one item', () => {
  const hold = open()
  for (const ms of [0, 100, 399]) hold.add('a', other('x'), ms)
  assert.deepEqual(hold.takeDue(399, 10), [])
  assert.deepEqual(hold.takeDue(400, 10), ['x+x+x'])
})

test('of changes that may wait differently long, the shortest wait counts', () => {
  const hold = open()
  hold.add('a', other('x', 5000), 0)
  assert.equal(hold.nextDueMs(), 5000)
  hold.add('a', other('y'), 300)
  hold.add('a', other('z', 5000), 500)
  assert.deepEqual(hold.takeDue(700, 10), ['x+y+z'])
})

test('an identity change makes waiting work wait for quiet', () => {
  const hold = open()
  hold.add('a', other('x'), 0)
  hold.add('a', identity('1'), 300)
  assert.deepEqual(hold.takeDue(1299, 10), [])
  assert.deepEqual(hold.takeDue(1300, 10), ['x+1'])
})

test('a subject whose identity is never quiet is due at the longest wait after its first change', () => {
  const hold = open()
  for (let ms = 0; ms < 3000; ms += 500) hold.add('a', identity('x'), ms)
  assert.deepEqual(hold.takeDue(2999, 10), [])
  assert.equal(hold.takeDue(3000, 10).length, 1)
})

test('subjects do not wait for each other', () => {
  const hold = open()
  hold.add('a', identity('1'), 0)
  hold.add('b', identity('2'), 700)
  assert.deepEqual(hold.takeDue(1000, 10), ['1'])
  assert.deepEqual(hold.takeDue(1700, 10), ['2'])
})

test('at most the asked number is taken, the rest stays due', () => {
  const hold = open()
  for (const key of ['a', 'b', 'c']) hold.add(key, identity(key), 0)
  assert.deepEqual(hold.takeDue(5000, 2), ['a', 'b'])
  assert.deepEqual(hold.takeDue(5000, 2), ['c'])
})

test('postponed work keeps its pause even when the subject changes again', () => {
  const hold = open()
  hold.postpone('a', 'again', 10_000)
  hold.add('a', identity('new'), 2000)
  assert.deepEqual(hold.takeDue(9999, 10), [])
  assert.deepEqual(hold.takeDue(10_000, 10), ['again+new'])
})

test('work that failed while its subject changed merges into the waiting change', () => {
  const hold = open()
  hold.add('a', identity('new'), 2000)
  hold.postpone('a', 'again', 2500)
  assert.deepEqual(hold.takeDue(2999, 10), [])
  assert.deepEqual(hold.takeDue(3000, 10), ['again+new'])
})
