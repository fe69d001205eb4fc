import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { loadKafkaJs, loadNativeChecksum } from './load-kafkajs.ts'

const require = createRequire(import.meta.url)

test('kafkajs is the version whose inside the guards know', () => {
  const manifest: unknown = JSON.parse(readFileSync(require.resolve('kafkajs/package.json'), 'utf8'))
  assert.ok(typeof manifest === 'object' && manifest !== null && 'version' in manifest)
  assert.equal(manifest.version, '2.2.4')
})

test('the native checksum is in place, and agrees with the one of kafkajs on random bytes', () => {
  loadKafkaJs()
  const native = loadNativeChecksum()
  const inPlace: (bytes: Buffer) => number = require('kafkajs/src/protocol/recordBatch/crc32C')
  const own: (bytes: Buffer) => number = require('kafkajs/src/protocol/recordBatch/crc32C/crc32C')
  assert.ok(native)
  assert.equal(inPlace(Buffer.from('123456789')), 0xe3069283)
  for (let length = 0; length < 300; length += 1) {
    const bytes = randomBytes(length)
    assert.equal(native(bytes), own(bytes) >>> 0)
    assert.equal(inPlace(bytes), native(bytes))
  }
})

test('a request queue of kafkajs with nothing to send plans no look, and one with something does', () => {
  loadKafkaJs()
  const RequestQueue = require('kafkajs/src/network/requestQueue')
  const quiet = () => ({ debug: () => undefined, warn: () => undefined })
  const queue = new RequestQueue({ maxInFlightRequests: 1, requestTimeout: 1000, logger: quiet() })
  queue.checkPendingRequests()
  assert.equal(queue.throttleCheckTimeoutId, null)
  queue.throttledUntil = Date.now() + 10_000
  queue.checkPendingRequests()
  assert.notEqual(queue.throttleCheckTimeoutId, null)
  queue.destroy()
})
