import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forecastStorage, isOver } from './storage.ts'

test('at 2 KB a record the days left are those until rows stop', () => {
  const forecast = forecastStorage(
    { usedMb: 8192, maxMb: 10_240 },
    { recordsPerDay: 51_200, stopAtPercent: 90 },
  )
  assert.deepEqual([forecast.mbPerDay, forecast.stopsAtMb, forecast.daysLeft], [100, 9216, 10])
})

test('where nothing is made nothing fills, and a full org has no days left', () => {
  const storage = { usedMb: 95, maxMb: 100 }
  assert.equal(forecastStorage(storage, { recordsPerDay: 0, stopAtPercent: 90 }).daysLeft, null)
  assert.equal(forecastStorage(storage, { recordsPerDay: 10, stopAtPercent: 90 }).daysLeft, 0)
  assert.deepEqual([isOver(storage, 95), isOver(storage, 96)], [true, false])
})
