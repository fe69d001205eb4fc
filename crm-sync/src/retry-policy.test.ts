import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRowRetried, RETRY_TIMES, retryDelayMs } from './retry-policy.ts'

test('pauses grow with each attempt up to the longest, and never vanish', () => {
  const longest = (attempt: number) => retryDelayMs({ class: 'retry', attempt }, RETRY_TIMES, 0.999999)
  const shortest = (attempt: number) => retryDelayMs({ class: 'retry', attempt }, RETRY_TIMES, 0)
  assert.equal(longest(0), 500)
  assert.equal(longest(3), 4000)
  assert.equal(longest(1000), 60_000)
  assert.equal(shortest(0), 50)
})

test('a broken connection and an empty budget wait their own time', () => {
  assert.equal(retryDelayMs({ class: 'auth', attempt: 9 }, RETRY_TIMES, 0), RETRY_TIMES.brokenMs)
  const budget = (attempt: number) => retryDelayMs({ class: 'budget', attempt }, RETRY_TIMES, 0)
  assert.deepEqual(
    [0, 1, 2, 3, 4, 100].map(budget),
    [1, 2, 4, 8, 15, 15].map((minutes) => minutes * 60_000),
  )
})

test('what the org lacks is looked at again at once, then seldom', () => {
  const config = (attempt: number) => retryDelayMs({ class: 'config', attempt }, RETRY_TIMES, 0.999999)
  assert.deepEqual([0, 1, 2].map(config), [RETRY_TIMES.baseMs, RETRY_TIMES.brokenMs, RETRY_TIMES.brokenMs])
})

test('a refused record is tried again only where that can help', () => {
  assert.equal(isRowRetried({ class: 'data', attempt: 1 }), false)
  assert.equal(isRowRetried({ class: 'config', attempt: 1 }), false)
  assert.equal(isRowRetried({ class: 'repair', attempt: 2 }), true)
  assert.equal(isRowRetried({ class: 'repair', attempt: 3 }), false)
  assert.equal(isRowRetried({ class: 'retry', attempt: 7 }), true)
})
