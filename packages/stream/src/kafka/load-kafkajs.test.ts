import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { Socket, createServer } from 'node:net'
import { test } from 'node:test'
import { buildRequest } from './kafkajs-requests.ts'
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

test('a connection of kafkajs sends what is written at once', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  const setNoDelay = t.mock.method(Socket.prototype, 'setNoDelay')
  const { Kafka, logLevel } = loadKafkaJs()
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const client = new Kafka({
    brokers: [`127.0.0.1:${address.port}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  })
  server.on('connection', (socket) => socket.destroy())
  await assert.rejects(client.admin().connect())
  assert.deepEqual(
    setNoDelay.mock.calls.map((call) => call.arguments),
    [[true]],
  )
})

test('a large request is sent whole, and its memory is given back then', async (t) => {
  const received: Buffer[] = []
  const server = createServer((socket) => socket.on('data', (bytes) => received.push(bytes)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  loadKafkaJs()
  const encodeProduce = require('kafkajs/src/protocol/requests/produce/v3/request')
  const messages = [{ key: null, value: randomBytes(900_000), headers: { count: '1' } }]
  const topicData = [{ topic: 't', partitions: [{ partition: 0, messages, firstSequence: 0 }] }]
  const request = encodeProduce({ acks: -1, timeout: 3000, producerId: -1, topicData })
  const { buffer } = await buildRequest({ correlationId: 1, clientId: 'leadline', request })
  const expected = Buffer.from(buffer)
  const createSockets = require('kafkajs/src/network/socketFactory')
  const socket: Socket = createSockets()({ host: '127.0.0.1', port: address.port })
  t.after(() => {
    socket.destroy()
    server.close()
  })
  const head = Buffer.from('written as it is')
  socket.write(buffer, 'binary')
  socket.write(head, 'binary')
  socket.end()
  await once(socket, 'close')
  assert.ok(Buffer.concat([expected, head]).equals(Buffer.concat(received)))
  assert.equal(buffer.byteLength, 0)
  assert.equal(head.toString(), 'written as it is')
})

const CODECS = [
  { name: 'plain', codec: 0 },
  { name: 'gzip', codec: 1 },
  { name: 'zstd', codec: 4 },
]
for (const { name, codec } of CODECS) {
  test(`the own Produce request is byte for byte that of kafkajs: ${name}`, async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_790_000_000_123 })
    loadKafkaJs()
    const inPlace = require('kafkajs/src/protocol/requests/produce/v7/request')
    // A second copy of the module, which nothing has replaced anything in.
    const path = require.resolve('kafkajs/src/protocol/requests/produce/v3/request')
    const replaced = require.cache[path]
    delete require.cache[path]
    const own = require(path)
    require.cache[path] = replaced
    for (const sizes of [[0], [1, 63, 64], [8191, 8192], [500_000, 100]]) {
      const message = (size: number, index: number) => ({
        key: index === 0 ? null : `k-${'ü'.repeat(index * 40)}`,
        value: randomBytes(size),
        headers: index === 1 ? {} : { count: String(size) },
      })
      const many = Array.from({ length: 200 }, (_, index) => message(index, index % 3))
      const topicData = [
        {
          topic: 'events.v1',
          partitions: [{ partition: 3, messages: sizes.map(message), firstSequence: 0 }],
        },
        {
          topic: 'ü',
          partitions: [7, 0].map((partition) => ({ partition, messages: many, firstSequence: 0 })),
        },
      ]
      const args = {
        acks: -1,
        timeout: 3000,
        compression: codec,
        producerId: -1,
        producerEpoch: 0,
        topicData,
      }
      const [expected, actual] = await Promise.all([own(args).encode(), inPlace(args).encode()])
      assert.ok(expected.buffer.equals(actual.buffer))
      assert.equal(inPlace(args).apiVersion, 7)
    }
  })
}

test('what the own Produce request does not write is left to kafkajs', async () => {
  loadKafkaJs()
  const inPlace = require('kafkajs/src/protocol/requests/produce/v3/request')
  const messages = [{ key: 'k', value: 'text', timestamp: '1790000000000' }]
  const topicData = [{ topic: 't', partitions: [{ partition: 0, messages, firstSequence: 0 }] }]
  const { buffer } = await inPlace({ acks: -1, timeout: 3000, topicData }).encode()
  const firstTimestampAt = buffer.indexOf(
    Buffer.from(BigInt(1_790_000_000_000).toString(16).padStart(16, '0'), 'hex'),
  )
  assert.ok(firstTimestampAt > 0)
})

test('what goes before a request is byte for byte that of kafkajs', async () => {
  loadKafkaJs()
  const Encoder = require('kafkajs/src/protocol/encoder')
  const path = require.resolve('kafkajs/src/protocol/request')
  assert.equal(require(path), buildRequest)
  delete require.cache[path]
  const own = require(path)
  const encode = () => Promise.resolve(new Encoder().writeInt32(7).writeString('body'))
  const parts = { correlationId: 70_000, clientId: 'leadlïne', request: { apiKey: 3, apiVersion: 6, encode } }
  const [expected, actual] = await Promise.all([own(parts), buildRequest(parts)])
  assert.ok(expected.buffer.equals(actual.buffer))
})
