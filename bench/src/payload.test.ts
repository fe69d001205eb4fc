import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refuseEvent } from '@leadline/contract'
import { buildPayload, numberEvents } from './payload.ts'

const url = new URL('http://127.0.0.1:4400')
const bodyOf = (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8').split('\r\n\r\n')[1] ?? '')

test('a payload is a whole request whose events are good, each with an id of its own', () => {
  const payload = buildPayload({ url, key: 'k', batch: 3, seed: 0 })
  numberEvents(payload, 41)
  const [head = '', body = ''] = payload.bytes.toString('utf8').split('\r\n\r\n')
  assert.match(head, new RegExp(`content-length: ${body.length}$`, 'm'))
  const { batch } = JSON.parse(body)
  assert.deepEqual(
    batch.map(({ messageId }: { messageId: string }) => messageId),
    ['bench-000000000041', 'bench-000000000042', 'bench-000000000043'],
  )
  for (const event of batch) assert.equal(refuseEvent(event), undefined)
})

test('a payload of one event is a single call', () => {
  const payload = buildPayload({ url, key: 'k', batch: 1, seed: 0 })
  assert.match(payload.bytes.toString('utf8'), /^POST \/v1\/track /)
  assert.equal(refuseEvent(bodyOf(payload.bytes)), undefined)
})
