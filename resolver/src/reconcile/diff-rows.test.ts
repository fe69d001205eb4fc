import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffRows } from './diff-rows.ts'

const row = (id: string, value: number, gone = 0) => ({ id, value, gone })
const diff = (wanted: readonly ReturnType<typeof row>[], stored: readonly ReturnType<typeof row>[]) =>
  diffRows(wanted, stored, ({ id }) => id)

test('equal rows are not written again', () => {
  assert.deepEqual(diff([row('a', 1), row('b', 2)], [row('b', 2), row('a', 1)]), [])
})

test('new and changed rows are written', () => {
  assert.deepEqual(diff([row('a', 2), row('b', 1)], [row('a', 1)]), [row('a', 2), row('b', 1)])
})

test('a row that is not wanted any more is gone, with its last values', () => {
  assert.deepEqual(diff([row('a', 1)], [row('a', 1), row('b', 2)]), [row('b', 2, 1)])
})

test('lists are compared by what is in them, in order', () => {
  const listed = (...pages: readonly string[]) => ({ id: 'a', pages, gone: 0 })
  const diffListed = (wanted: readonly string[], stored: readonly string[]) =>
    diffRows([listed(...wanted)], [listed(...stored)], ({ id }) => id).length
  assert.equal(diffListed(['x', 'y'], ['x', 'y']), 0)
  assert.equal(diffListed(['x', 'y'], ['y', 'x']), 1)
  assert.equal(diffListed(['x'], ['x', 'y']), 1)
})
