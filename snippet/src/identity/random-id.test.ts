import assert from 'node:assert/strict'
import { it } from 'node:test'
import { randomId } from './random-id.ts'

it('randomId gives digits that differ', () => {
  const ids = Array.from({ length: 1000 }, randomId)
  assert.ok(ids.every((id) => /^\d{16,40}$/.test(id)))
  assert.equal(new Set(ids).size, 1000)
})
