import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createMessageIds, randomId } from './random-id.ts'

it('randomId gives 28 letters and digits that differ', () => {
  const ids = Array.from({ length: 1000 }, randomId)
  assert.ok(ids.every((id) => /^[0-9a-z]{28}$/.test(id)))
  assert.equal(new Set(ids).size, 1000)
})

it('message ids sort in the order of the calls, also within a millisecond', () => {
  const next = createMessageIds(randomId)
  const now = Date.parse('2026-11-21')
  const ids = [...Array.from({ length: 100 }, () => next(now)), next(now + 1), next(now + 36 ** 4)]
  assert.deepEqual([...ids].sort(), ids)
})
