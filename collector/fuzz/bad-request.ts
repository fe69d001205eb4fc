import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { EVENT_TYPES, LIMITS } from '@leadline/contract'
import { validEvents } from '@leadline/contract/fixtures'
import type { Random } from './random.ts'

/** A request that is nearly right: each layer is well formed most of the time, so that what is bad lies deep. */
export interface BadRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface KnownKeys {
  readonly publicKey: string
  readonly secretKey: string
  readonly signedKey: string
}

const events = Object.values(validEvents)
const [firstEvent, ...otherEvents] = events
const fieldNames = [
  'type',
  'messageId',
  'userId',
  'anonymousId',
  'timestamp',
  'sentAt',
  'event',
  'properties',
] as const
const moreNames = [
  'context',
  'traits',
  'integrations',
  'groupId',
  'previousId',
  'name',
  'writeKey',
  'x',
] as const
const strangeNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '',
  '\u0000',
  'ä',
  'a.b',
  '$ref',
] as const

function strangeValue(random: Random, depth = 0): unknown {
  const scalars = [
    null,
    true,
    false,
    0,
    -1,
    1e308,
    2 ** 53,
    0.1,
    '',
    ' ',
    '\u0000',
    '\ud800',
    'x',
    '2026-02-30',
  ] as const
  const kind = random.below(depth > 3 ? 1 : 8)
  if (kind === 1) return Array.from({ length: random.below(4) }, () => strangeValue(random, depth + 1))
  if (kind === 2) return { [random.pick(strangeNames)]: strangeValue(random, depth + 1) }
  if (kind === 3) return 'x'.repeat(random.pick([64, 65, 512, 513, 5000, 33_000]))
  if (kind === 4) return nested(random.pick([9, 10, 11, 40, 2000]))
  if (kind === 5)
    return Object.fromEntries(Array.from({ length: random.pick([10, 999, 1001]) }, (_, i) => [`k${i}`, i]))
  if (kind === 6) return { prototype: strangeValue(random, depth + 1) }
  return random.pick(scalars)
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { a: value } : [value]
  return value
}

function badEvent(random: Random): unknown {
  if (random.chance(0.05)) return strangeValue(random)
  const event: Record<string, unknown> = { ...random.pick([firstEvent ?? validEvents.track, ...otherEvents]) }
  for (let count = random.below(4); count > 0; count -= 1) {
    const name = random.chance(0.7)
      ? random.pick(fieldNames)
      : random.pick(random.chance(0.8) ? moreNames : strangeNames)
    if (random.chance(0.2)) delete event[name]
    else
      Object.defineProperty(event, name, {
        value: strangeValue(random),
        enumerable: true,
        configurable: true,
      })
  }
  return event
}

function badBatch(random: Random, keys: KnownKeys): unknown {
  const length = random.pick([0, 1, 2, 3, 20, random.chance(0.01) ? LIMITS.batchEvents + 1 : 5])
  const batch: unknown = random.chance(0.05)
    ? strangeValue(random)
    : Array.from({ length }, () => badEvent(random))
  return {
    ...(random.chance(0.3) ? { writeKey: random.chance(0.8) ? keys.publicKey : strangeValue(random) } : {}),
    ...(random.chance(0.2) ? { context: strangeValue(random) } : {}),
    ...(random.chance(0.1) ? { integrations: strangeValue(random), sentAt: strangeValue(random) } : {}),
    ...(random.chance(0.1) ? { dropped: random.chance(0.5) ? { expired: 2 } : strangeValue(random) } : {}),
    ...(random.chance(0.97) ? { batch } : {}),
  }
}

/** Breaks the text itself: cut, doubled members, bytes that are no UTF-8, marks at the beginning. */
function breakText(random: Random, text: string): Buffer {
  const at = random.below(text.length + 1)
  const kind = random.below(14)
  if (kind === 0) return Buffer.from(text.slice(0, at))
  if (kind === 1)
    return Buffer.from(
      `${text.slice(0, at)}${random.pick(['"', '\\', '{', ']', ',', '\u0000', 'NaN'])}${text.slice(at)}`,
    )
  if (kind === 2) return Buffer.from(text.replace('{', '{"event":1,"event":2,'))
  if (kind === 3) return Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe, 0xc3])])
  if (kind === 4) return Buffer.from(`\ufeff${text}`)
  if (kind === 5) return Buffer.from(text, 'utf16le')
  if (kind === 6) return Buffer.from('['.repeat(random.pick([100, 10_000, 200_000])))
  if (kind === 7)
    return Buffer.from(
      text.replace(/"(\w)/, (_, letter: string) => `"\\u00${letter.charCodeAt(0).toString(16)}`),
    )
  return Buffer.from(text)
}

const packers = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
} as const
const encodings = ['gzip', 'deflate', 'br', 'zstd'] as const

function pack(random: Random, body: Buffer): { readonly body: Buffer; readonly encoding?: string } {
  if (!random.chance(0.15)) return { body }
  const encoding = random.pick(encodings)
  if (random.chance(0.05)) return { body: packers[encoding](Buffer.alloc(4 * 1024 ** 2)), encoding }
  const packed = packers[encoding](body)
  const kind = random.below(5)
  if (kind === 0) return { body: packed.subarray(0, random.below(packed.length)), encoding }
  if (kind === 1)
    return { body: packed, encoding: random.pick([...encodings, 'compress', 'gzip, br', 'identity']) }
  if (kind === 2) return { body, encoding }
  if (kind === 3) packed[random.below(packed.length)] = random.below(256)
  return { body: packed, encoding }
}

const singlePaths = EVENT_TYPES.flatMap((type) => [
  `/v1/${type}`,
  `/v1/${type[0]}`,
  `/event/${type}`,
  `/api/s/${type}`,
])
const batchPaths = [
  '/v1/batch',
  '/v1/b',
  '/v1/import',
  '/v1/e',
  '/beacon/v1/batch',
  '/v1/segment/webhook',
] as const
const otherPaths = [
  '/v1/pixel/track',
  '/v1/pixel/identify',
  '/pixel/v1/page',
  '/v1/projects/x/settings',
  '/v1/projects/%E0%A4%A/settings',
  '/sourceConfig',
  '/event/auth/sdk',
  '/v1/edge',
  '/v1/feed/x',
  '/v1/%2e%2e/x',
  '//',
  '/v1/track/',
  '/leadline.js',
] as const

function pickAuthorization(random: Random, keys: KnownKeys): Readonly<Record<string, string>> {
  const kind = random.below(20)
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
  if (kind === 0) return {}
  if (kind === 1)
    return {
      authorization: random.pick(['Basic', 'Basic !!!', 'Bearer', 'Digest x', basic(''), basic('::')]),
    }
  if (kind === 2) return { authorization: `Bearer ${keys.secretKey}` }
  if (kind === 3)
    return {
      authorization: basic(`${keys.signedKey}:`),
      'x-signature': random.pick(['', 'x', '0'.repeat(40)]),
    }
  if (kind === 4) return { 'x-write-key': random.pick([keys.publicKey, 'x:y', ':']) }
  return { authorization: basic(`${keys.publicKey}:`) }
}

function pickHeaders(random: Random, keys: KnownKeys): Readonly<Record<string, string>> {
  const types = [
    'application/json',
    'text/plain',
    'application/json; charset=utf-8',
    'application/x-www-form-urlencoded',
    'x',
    '',
  ] as const
  return {
    'content-type': random.chance(0.8) ? 'application/json' : random.pick(types),
    ...pickAuthorization(random, keys),
    ...(random.chance(0.2) ? { origin: random.pick(['https://shop.example', 'null', 'x', '*']) } : {}),
    ...(random.chance(0.2)
      ? { 'user-agent': random.pick(['Mozilla/5.0 Googlebot/2.1', 'x'.repeat(3000), 'ä']) }
      : {}),
    ...(random.chance(0.2)
      ? { 'x-forwarded-for': random.pick(['1.2.3.4', 'x', ',,,', '::1, ::ffff:1.2.3.4']) }
      : {}),
    ...(random.chance(0.1) ? { 'leadline-time': random.pick(['0', 'x']), 'leadline-signature': 'x' } : {}),
    ...(random.chance(0.1) ? { referer: random.pick(['https://shop.example/x', 'x', 'http://[']) } : {}),
  }
}

function queryOf(random: Random, keys: KnownKeys): string {
  const event = JSON.stringify(badEvent(random))
  const parts = [
    `writeKey=${random.pick([keys.publicKey, keys.secretKey, 'x', '%', ''])}`,
    `data=${random.pick([encodeURIComponent(Buffer.from(event).toString('base64')), 'x', '%%%', 'e30'])}`,
    `properties=${random.pick(['{}', '[', '%7B%22__proto__%22%3A1%7D', '1'])}`,
    'anonymousId=a',
  ]
  return `?${parts.filter(() => random.chance(0.5)).join('&')}`.slice(0, 8000)
}

type Kind = 'single' | 'batch' | 'other'

function pickPlace(random: Random, kind: Kind, keys: KnownKeys): Pick<BadRequest, 'method' | 'path'> {
  const [first = '/v1/track', ...rest] = singlePaths
  const paths = { single: [first, ...rest], batch: batchPaths, other: otherPaths } as const
  const isStrange = kind === 'other' || random.chance(0.02)
  const method = isStrange ? random.pick(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) : 'POST'
  const query = kind === 'other' || random.chance(0.05) ? queryOf(random, keys) : ''
  return { method, path: random.pick<string>(paths[kind]) + query }
}

export function buildBadRequest(random: Random, keys: KnownKeys): BadRequest {
  const kind = random.pick<Kind>(['single', 'single', 'single', 'batch', 'batch', 'batch', 'other'])
  const { method, path } = pickPlace(random, kind, keys)
  const text = JSON.stringify(kind === 'batch' ? badBatch(random, keys) : badEvent(random)) ?? ''
  const { body, encoding } = pack(random, breakText(random, text))
  const packing = encoding === undefined ? {} : { 'content-encoding': encoding }
  const headers = { ...pickHeaders(random, keys), ...packing }
  return { method, path, headers, body: method === 'GET' ? Buffer.alloc(0) : body }
}
