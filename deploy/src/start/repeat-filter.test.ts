import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RepeatFilter } from './repeat-filter.ts'

test('the same kind of line is shown once in ten seconds, with the number left out', () => {
  const filter = new RepeatFilter()
  assert.equal(filter.pass('resolver no answer', 'no answer, try 1', 0), 'no answer, try 1')
  assert.equal(filter.pass('resolver no answer', 'no answer, try 2', 4000), undefined)
  assert.equal(filter.pass('resolver no answer', 'no answer, try 3', 9999), undefined)
  assert.equal(
    filter.pass('resolver no answer', 'no answer, try 4', 10_000),
    'no answer, try 4 [and 2 more like it]',
  )
  assert.equal(filter.pass('resolver no answer', 'no answer, try 5', 25_000), 'no answer, try 5')
})

test('other kinds are shown', () => {
  const filter = new RepeatFilter()
  filter.pass('resolver no answer', 'no answer', 0)
  assert.equal(filter.pass('crm-sync no answer', 'no answer', 1), 'no answer')
})
