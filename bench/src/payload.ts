import { createHash } from 'node:crypto'

/** Requests as a page would send them, made once and patched for each send: a generator must cost less than its target. */

/** The write key that targets know. */
export const BENCH_KEY = 'wk_of_the_bench'

/** Digits that make each event's message id its own. */
const DIGITS = 12
const PLACE = '0'.repeat(DIGITS)

export interface Payload {
  readonly bytes: Buffer
  /** Where each event's digits begin. */
  readonly places: readonly number[]
}

export interface PayloadOptions {
  readonly url: URL
  readonly key: string
  readonly batch: number
  /** Another number makes other visitors, who look at other products. */
  readonly seed: number
}

export function buildPayload(options: PayloadOptions): Payload {
  const events = Array.from({ length: options.batch }, (_, index) =>
    JSON.stringify(buildEvent(options.seed * 1009 + index)),
  )
  const body = options.batch === 1 ? events.join() : `{"batch":[${events.join(',')}]}`
  const head = [
    `POST /v1/${options.batch === 1 ? 'track' : 'batch'} HTTP/1.1`,
    `host: ${options.url.host}`,
    `authorization: Basic ${Buffer.from(`${options.key}:`).toString('base64')}`,
    'content-type: application/json',
    'user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'origin: https://shop.example',
    'accept: */*',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
  return { bytes, places: findPlaces(bytes) }
}

/** Writes new message ids into the payload, counting up from `first`. */
export function numberEvents({ bytes, places }: Payload, first: number): void {
  for (let index = 0; index < places.length; index += 1) writeDigits(bytes, places[index] ?? 0, first + index)
}

const ZERO = 0x30

/** Without making a string of it: a generator that collects garbage is late. */
function writeDigits(bytes: Buffer, place: number, value: number): void {
  let rest = value
  for (let at = place + DIGITS - 1; at >= place; at -= 1) {
    bytes[at] = ZERO + (rest % 10)
    rest = Math.trunc(rest / 10)
  }
}

function findPlaces(bytes: Buffer): readonly number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(PLACE); at !== -1; at = bytes.indexOf(PLACE, at + DIGITS)) places.push(at)
  return places
}

/** Words and ids differ from event to event as those of real visitors do, or a log that packs them would look too good. */
function buildEvent(seed: number) {
  const id = createHash('sha256').update(String(seed)).digest('hex')
  const pick = <Item>(items: readonly Item[], at: number): Item | undefined =>
    items[parseInt(id.slice(at, at + 4), 16) % items.length]
  const path = `/products/${pick(NOUNS, 0)}-${id.slice(0, 6)}`
  const search = `?utm_source=${pick(SOURCES, 8)}&utm_campaign=${pick(NOUNS, 12)}-${id.slice(6, 9)}`
  const url = `https://shop.example${path}${search}`
  const title = Array.from({ length: 6 }, (_, word) => pick(NOUNS, 4 + word * 6)).join(' ')
  return {
    type: 'track',
    messageId: `bench-${PLACE}`,
    anonymousId: `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20, 32)}`,
    timestamp: new Date(Date.UTC(2026, 2, 1, 9) + (parseInt(id.slice(0, 8), 16) % 86_400_000)).toISOString(),
    event: pick(['Product Viewed', 'Product Added', 'Cart Viewed', 'Article Read', 'Form Started'], 20),
    properties: {
      sku: `S-${id.slice(32, 38)}`,
      price: parseInt(id.slice(40, 44), 16) / 100,
      currency: pick(['EUR', 'USD', 'GBP'], 24),
      category: pick(NOUNS, 28),
      tags: [pick(NOUNS, 36), pick(NOUNS, 44)],
      url,
      title,
    },
    context: {
      page: { path, referrer: `https://${pick(SOURCES, 48)}.example/`, search, url },
      locale: pick(['de-DE', 'en-GB', 'fr-FR', 'en-US'], 50),
      timezone: pick(['Europe/Berlin', 'Europe/London', 'America/New_York'], 52),
      screen: { width: pick([1920, 1440, 390], 54), height: pick([1080, 900, 844], 54) },
      library: { name: 'bench', version: '1' },
    },
  }
}

const SOURCES = ['newsletter', 'search', 'partner', 'social', 'podcast', 'fair']
const NOUNS = 'shoe hat coat lamp chair table engine pump valve filter sensor cable report guide plan'.split(
  ' ',
)
