import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVENTS_TOPIC } from '@leadline/contract'
import { StreamUnavailable } from '@leadline/stream'
import { createSink } from './sink.ts'

const quiet = {
  metrics: { appended: () => undefined, failed: () => undefined },
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
}
const toAppends = (value: Uint8Array) => [{ topic: EVENTS_TOPIC, values: [{ key: 'k', value }] }]

test('what is durable gives its memory back, what is not yet and what never was keeps it', async () => {
  const stored = Promise.withResolvers<void>()
  const [durable, refused] = [Buffer.alloc(5000, 'd'), Buffer.alloc(5000, 'r')]
  const sink = createSink({ append: () => stored.promise, ...quiet })
  const written = sink.write(toAppends(durable))
  assert.equal(durable.byteLength, 5000)
  stored.resolve()
  assert.deepEqual(await written, { durable: true })
  assert.equal(durable.byteLength, 0)
  const failing = createSink({
    append: () => Promise.reject(new StreamUnavailable('full', 'full')),
    ...quiet,
  })
  assert.equal((await failing.write(toAppends(refused))).durable, false)
  assert.equal(refused.toString(), 'r'.repeat(5000))
})

test('a record that shares its memory with others leaves it to them', async () => {
  const whole = Buffer.alloc(64, 'x')
  const sink = createSink({ append: () => Promise.resolve(), ...quiet })
  await sink.write(toAppends(whole.subarray(0, 32)))
  assert.equal(whole.toString(), 'x'.repeat(64))
})
