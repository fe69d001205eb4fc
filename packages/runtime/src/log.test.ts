import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog, describeError } from './log.ts'

function record() {
  const lines: { line: string; level: string }[] = []
  return { lines, log: createLog('resolver', (line, level) => lines.push({ line, level })) }
}

test('writes one JSON object a line, with time, level, service and the fields given', () => {
  const { lines, log } = record()
  log.info('batch stored', { events: 12, slow: false })
  assert.equal(lines.length, 1)
  const [entry] = lines
  assert.ok(entry && !entry.line.includes('\n'))
  const written: unknown = JSON.parse(entry.line)
  assert.ok(typeof written === 'object' && written !== null && 'time' in written)
  assert.ok(!Number.isNaN(Date.parse(String(written.time))))
  assert.deepEqual(written, {
    time: written.time,

    level: 'info',
    service: 'resolver',
    message: 'batch stored',
    events: 12,
    slow: false,
  })
})

test('a message with line breaks stays one line', () => {
  const { lines, log } = record()
  log.warn('first\nsecond')
  assert.ok(lines[0] && !lines[0].line.includes('\n'))
  assert.equal(lines[0].level, 'warn')
})

test('an error is written with its causes', () => {
  const { lines, log } = record()
  log.error('insert failed', new Error('no answer', { cause: new TypeError('socket closed') }), { rows: 3 })
  const written: unknown = JSON.parse(lines[0]?.line ?? '')
  assert.ok(typeof written === 'object' && written !== null)
  assert.equal(Reflect.get(written, 'error'), 'Error: no answer (cause: TypeError: socket closed)')
  assert.equal(Reflect.get(written, 'rows'), 3)
})

test('what was thrown and is no error is described too', () => {
  assert.equal(describeError('plain text'), 'plain text')
  assert.equal(describeError(undefined), 'undefined')
})
