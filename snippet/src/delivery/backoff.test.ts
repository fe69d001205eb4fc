import assert from 'node:assert/strict'
import { it } from 'node:test'
import { backoffMs } from './backoff.ts'

it('backoffMs doubles from half a second to a minute', () => {
  assert.deepEqual(
    [0, 1, 2, 7, 50].map((failures) => backoffMs(failures, 0)),
    [500, 1000, 2000, 60_000, 60_000],
  )
})

it('backoffMs takes up to half away at random', () => {
  assert.deepEqual([backoffMs(1, 0.5), backoffMs(1, 1)], [750, 500])
})
