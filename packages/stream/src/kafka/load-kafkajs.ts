import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { promisify } from 'node:util'
import type * as crc32 from '@node-rs/crc32'
import type * as kafkajs from 'kafkajs'
import { buildRequest, createProduceBuilder, releaseRequest, type BuilderParts } from './kafkajs-requests.ts'

export type KafkaJs = typeof kafkajs

/** What is replaced inside kafkajs, by path in its pinned version 2.2.4. */
const REQUEST_QUEUE = 'kafkajs/src/network/requestQueue'
const CRC32C = 'kafkajs/src/protocol/recordBatch/crc32C'
const PRODUCE = 'kafkajs/src/protocol/requests/produce/v3/request'
const REQUEST = 'kafkajs/src/protocol/request'
const SOCKETS = 'kafkajs/src/network/socketFactory'
const CODECS = 'kafkajs/src/protocol/message/compression'

const require = createRequire(import.meta.url)
let loaded: KafkaJs | undefined

/** kafkajs with its guards in place. Functions have to be replaced before what calls them is loaded. */
export function loadKafkaJs(): KafkaJs {
  loaded ??= load()
  return loaded
}

function load(): KafkaJs {
  useNativeChecksum()
  replace(REQUEST, buildRequest)
  useOwnProduceRequest()
  openOwnSockets()
  stopIdleLoop()
  const guarded: KafkaJs = require('kafkajs')
  addZstd(guarded)
  return guarded
}

/** Puts another function where kafkajs has the only export of a module. */
function replace(path: string, replacement: unknown): void {
  const own: unknown = require(path)
  const module = require.cache[require.resolve(path)]
  if (module && typeof own === 'function') module.exports = replacement
}

/** kafkajs computes CRC-32C byte by byte in JavaScript, most of its cost for large records. */
function useNativeChecksum(): void {
  const native = loadNativeChecksum()
  if (native) replace(CRC32C, native)
}

/** Later versions of the request are built from this one. */
function useOwnProduceRequest(): void {
  const { lookupCodec }: Pick<BuilderParts, 'lookupCodec'> = require(CODECS)
  replace(
    PRODUCE,
    createProduceBuilder({
      own: require(PRODUCE),
      crc32c: require(CRC32C),
      lookupCodec,
      now: () => Date.now(),
    }),
  )
}

/**
 * Their memory is given back when large requests are with the system. And they are sent at once: the end of one
 * otherwise waits now and then until the other machine has acknowledged what came before it, which that puts off by
 * 40 ms.
 */
function openOwnSockets(): void {
  const createOpen: () => OpenSocket = require(SOCKETS)
  replace(SOCKETS, (): OpenSocket => {
    const open = createOpen()
    return (where) => releaseWritten(open(where).setNoDelay(true))
  })
}

function releaseWritten(socket: Socket): Socket {
  const write = socket.write.bind(socket)
  const writeAndRelease = (data: Uint8Array | string, encoding?: BufferEncoding): boolean =>
    write(data, encoding, (error) => {
      if (!error) releaseRequest(data)
    })
  return Object.assign(socket, { write: writeAndRelease })
}

type OpenSocket = (where: object) => Socket

/** Undefined where the native package has no build for the platform: kafkajs then keeps its own. */
export function loadNativeChecksum(): ((bytes: Buffer) => number) | undefined {
  try {
    const native: typeof crc32 = require('@node-rs/crc32')
    return (bytes) => native.crc32c(bytes)
  } catch {
    return undefined
  }
}

/** Its request queue plans the next look at a time in the past when there is nothing to send, every millisecond. */
function stopIdleLoop(): void {
  const queue: RequestQueueClass = require(REQUEST_QUEUE)
  const schedule = queue.prototype.scheduleCheckPendingRequests
  queue.prototype.scheduleCheckPendingRequests = function scheduleWhenNeeded(this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this)
  }
}

interface RequestQueue {
  readonly pending: readonly unknown[]
  readonly throttledUntil: number
}

interface RequestQueueClass {
  readonly prototype: { scheduleCheckPendingRequests: (this: RequestQueue) => void }
}

function addZstd({ CompressionCodecs, CompressionTypes }: KafkaJs): void {
  const [compress, decompress] = [promisify(zstdCompress), promisify(zstdDecompress)]
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => compress(buffer),
    decompress: (buffer: Buffer) => decompress(buffer),
  })
}
