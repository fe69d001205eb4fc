import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CallBudget } from './call-budget.ts'

const NOW_MS = Date.UTC(2026, 10, 21)

test('what can wait waits longer the more of its part of the calls is used up', () => {
  const budget = new CallBudget({ sharePercent: 50, callsPerDay: 1000, stopAtPercent: 80 })
  const paces = Array.from({ length: 750 }, () => {
    budget.window.note('fields', NOW_MS)
    return budget.pace(NOW_MS)
  })
  const firstOf = (pace: number): number => paces.indexOf(pace) + 1
  assert.deepEqual([1, 2, 4, 8].map(firstOf), [1, 375, 525, 638])
  assert.equal(budget.refusal('timeline', NOW_MS)?.code, 'lane_spent')
})

test('nothing waits longer while the limit of the org is not known', () => {
  const budget = new CallBudget({ sharePercent: 50, stopAtPercent: 80 })
  budget.window.note('fields', NOW_MS)
  assert.equal(budget.pace(NOW_MS), 1)
})
