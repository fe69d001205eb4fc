import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMeasurement, percentile } from './measurement.ts'
import { buildTable } from './table.ts'

test('a percentile is the value below which that share lies, whatever the order', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index)
  assert.equal(percentile(samples, 0.5), 51)
  assert.equal(percentile(samples, 0.99), 100)
  assert.equal(percentile([7], 0.99), 7)
  assert.equal(percentile([], 0.5), 0)
})

test('a measurement that lacks a number is refused by name', () => {
  const whole = { seconds: 1, events: 2, errors: 0, p50Ms: 3, p99Ms: 4, lateP99Ms: 0.5 }
  assert.deepEqual(parseMeasurement(JSON.stringify(whole)), whole)
  assert.throws(() => parseMeasurement('{"seconds":1,"events":"2"}'), /without events/)
})

test('a table is Markdown', () => {
  assert.equal(buildTable(['a', 'b'], [['x', '1']]), '| a | b |\n| --- | ---: |\n| x | 1 |')
})
