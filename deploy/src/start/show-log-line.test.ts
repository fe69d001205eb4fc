import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatLogLine } from './show-log-line.ts'

test('a log line of a part is one tidy line', () => {
  const line = JSON.stringify({
    time: 'T',
    level: 'warn',
    service: 'resolver',
    message: 'batch failed',
    attempt: 2,
    rows: 9,
  })
  assert.equal(formatLogLine('resolver', line), '  resolver  warn  batch failed (attempt=2, rows=9)')
})

test('a line without fields has no brackets', () => {
  assert.equal(formatLogLine('demo', '{"level":"error","message":"gone"}'), '  demo  error  gone')
})

test('what is no log line is shown as it is', () => {
  assert.equal(formatLogLine('demo', 'Segmentation fault'), '  demo  Segmentation fault')
})
