import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toBackOffMs } from './back-off.ts'

test('the pause doubles from 0.2 s and ends at 10 s', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 50].map(toBackOffMs),
    [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000],
  )
})
