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

export function buildPayload(options: { url: URL; key: string; batch: number }): Payload {
  const event = JSON.stringify(buildEvent())
  const body =
    options.batch === 1
      ? event
      : `{"batch":[${Array.from({ length: options.batch }, () => event).join(',')}]}`
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
  places.forEach((place, index) => bytes.write(String(first + index).padStart(DIGITS, '0'), place, 'latin1'))
}

function findPlaces(bytes: Buffer): readonly number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(PLACE); at !== -1; at = bytes.indexOf(PLACE, at + DIGITS)) places.push(at)
  return places
}

const buildEvent = () => ({
  type: 'track',
  messageId: `bench-${PLACE}`,
  anonymousId: '6f1f2c5e-1d9a-4e2c-8a53-2f6f9c9d1e11',
  timestamp: '2026-03-01T09:00:00.000Z',
  event: 'Product Viewed',
  properties: {
    sku: 'S-1234',
    price: 129.5,
    currency: 'EUR',
    category: 'Shoes',
    tags: ['new', 'sale'],
    url: 'https://shop.example/products/s-1234?utm_source=newsletter&utm_campaign=spring',
    title: 'A shoe that is described at some length',
  },
  context: {
    page: {
      path: '/products/s-1234',
      referrer: 'https://search.example/',
      search: '?utm_source=newsletter&utm_campaign=spring',
      url: 'https://shop.example/products/s-1234?utm_source=newsletter&utm_campaign=spring',
    },
    locale: 'de-DE',
    timezone: 'Europe/Berlin',
    screen: { width: 1920, height: 1080 },
    library: { name: 'bench', version: '1' },
  },
})
