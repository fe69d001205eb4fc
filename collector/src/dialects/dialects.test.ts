import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { EVENTS_TOPIC, decodeEnvelope, type Envelope } from '@leadline/contract'
import { validEvents } from '@leadline/contract/fixtures'
import {
  basic,
  publicKey,
  readAnswer,
  secretKey,
  signedKey,
  signedSecretKey,
  startTestCollector,
  webhookSecret,
  type TestCollector,
} from '../../test-support/test-collector.ts'

const track = JSON.stringify(validEvents.track)

function lastEnvelope({ stream }: TestCollector): Envelope {
  const decoded = decodeEnvelope(stream.values(EVENTS_TOPIC).at(-1) ?? '')
  assert.ok(decoded.ok)
  return decoded.value
}

const packers = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
} as const

const postBytes = (
  { url }: TestCollector,
  body: Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>>,
): Promise<Response> =>
  fetch(`${url}/v1/track`, {
    method: 'POST',
    body,
    headers: { ...basic(publicKey), 'content-type': 'application/json', ...headers },
  })

for (const [encoding, pack] of Object.entries(packers)) {
  test(`a body may be packed with ${encoding}`, async (t) => {
    const collector = await startTestCollector(t)
    const answer = await postBytes(collector, new Uint8Array(pack(track)), { 'content-encoding': encoding })
    assert.equal(answer.status, 200)
    assert.deepEqual(lastEnvelope(collector).events, [validEvents.track])
  })

  test(`a bomb of ${encoding} is refused, and costs no more than the limit`, async (t) => {
    // Before the start: packing holds the event loop up, and a collector sheds load then.
    const bomb = new Uint8Array(pack(Buffer.alloc(32 * 1024 ** 2, ' ')))
    const collector = await startTestCollector(t)
    const before = process.memoryUsage().rss
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => postBytes(collector, bomb, { 'content-encoding': encoding })),
    )
    for (const answer of answers) {
      assert.equal(answer.status, 413)
      assert.equal((await readAnswer(answer)).code, 'body_too_large')
    }
    // Unpacked whole, they would take 640 MB.
    assert.ok(process.memoryUsage().rss - before < 150 * 1024 ** 2)
  })
}

test('what packs better than any list of events is refused below the limit of size too', async (t) => {
  const collector = await startTestCollector(t)
  const body = new Uint8Array(gzipSync(`${' '.repeat(300_000)}${track}`))
  const answer = await postBytes(collector, body, { 'content-encoding': 'gzip' })
  assert.equal(answer.status, 413)
})

test('deflate without its header is understood, as is gzip that is labelled a form', async (t) => {
  const collector = await startTestCollector(t)
  const raw = new Uint8Array(deflateRawSync(track))
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  assert.equal((await postBytes(collector, raw, { 'content-encoding': 'deflate' })).status, 200)
  assert.equal((await postBytes(collector, new Uint8Array(gzipSync(track)), form)).status, 200)
})

test('gzip is found where no header speaks of it', async (t) => {
  const collector = await startTestCollector(t)
  for (const type of ['application/json', 'text/plain']) {
    const answer = await postBytes(collector, new Uint8Array(gzipSync(track)), { 'content-type': type })
    assert.equal(answer.status, 200, type)
    assert.deepEqual(lastEnvelope(collector).events, [validEvents.track])
  }
})

test('what follows a packed body is read or refused, never left out', async (t) => {
  const collector = await startTestCollector(t)
  const halves = [track.slice(0, 20), track.slice(20)] as const
  for (const [encoding, isOneStream] of [
    ['gzip', false],
    ['zstd', false],
    ['br', true],
    ['deflate', true],
  ] as const) {
    const pack = packers[encoding]
    const headers = { 'content-encoding': encoding }
    const parts = new Uint8Array(Buffer.concat(halves.map((half) => pack(half))))
    const twice = new Uint8Array(Buffer.concat([pack(track), pack(track)]))
    const rubbish = new Uint8Array(Buffer.concat([pack(track), Buffer.from('rubbish')]))
    assert.equal((await postBytes(collector, parts, headers)).status, isOneStream ? 400 : 200, encoding)
    for (const body of [twice, rubbish])
      assert.equal((await postBytes(collector, body, headers)).status, 400, encoding)
  }
  const frames = new Uint8Array(Buffer.concat(Array.from({ length: 1000 }, () => zstdCompressSync(''))))
  assert.equal((await postBytes(collector, frames, { 'content-encoding': 'zstd' })).status, 400)
  const large = zstdCompressSync(Buffer.from(`${' '.repeat(60_000)}${track}`))
  const frameful = new Uint8Array(Buffer.concat(Array.from({ length: 10 }, () => large)))
  assert.equal((await postBytes(collector, frameful, { 'content-encoding': 'zstd' })).status, 413)
})

const sign = (secret: string, text: string): { readonly 'x-signature': string } => ({
  'x-signature': createHmac('sha1', secret).update(text).digest('hex'),
})

test('a signed webhook is stored, one event or a list', async (t) => {
  const collector = await startTestCollector(t)
  const { post } = collector
  const signed = { ...basic(signedKey), ...sign(webhookSecret, track) }
  assert.equal((await post('/v1/segment/webhook', track, signed)).status, 200)
  assert.equal(lastEnvelope(collector).dialect, 'segment-webhook')
  const list = `[${track},${track}]`
  // Segment signs the first event of a list, and nothing else of it.
  const underSecret = { ...basic(signedSecretKey), ...sign(webhookSecret, track) }
  const answer = await post('/v1/segment/webhook', list, underSecret)
  assert.deepEqual(await answer.json(), { success: true, accepted: 2, rejected: [] })
})

test('under a key that asks for signatures nothing else is taken', async (t) => {
  const { post, stream } = await startTestCollector(t)
  const requests: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
    ['/v1/segment/webhook', track, basic(signedKey)],
    ['/v1/segment/webhook', track, { ...basic(signedKey), ...sign('another secret', track) }],
    ['/v1/segment/webhook', `${track} `, { ...basic(signedKey), ...sign(webhookSecret, track) }],
    ['/v1/segment/webhook', `[${track},${track}]`, { ...basic(signedKey), ...sign(webhookSecret, track) }],
    ['/v1/track', track, { ...basic(signedKey), ...sign(webhookSecret, track) }],
  ]
  for (const [path, body, headers] of requests) {
    const answer = await post(path, body, headers)
    assert.deepEqual([answer.status, (await readAnswer(answer)).code], [401, 'invalid_signature'])
  }
  assert.equal(stream.values(EVENTS_TOPIC).length, 0)
})

test('an image carries an event, in Base64 or in query members', async (t) => {
  const collector = await startTestCollector(t)
  const data = Buffer.from(JSON.stringify({ ...validEvents.track, writeKey: publicKey })).toString('base64')
  const whole = await fetch(`${collector.url}/v1/pixel/track?data=${encodeURIComponent(data)}`)
  assert.deepEqual([whole.status, whole.headers.get('content-type')], [200, 'image/gif'])
  assert.match(Buffer.from(await whole.arrayBuffer()).toString('latin1'), /^GIF89a/)
  const { dialect, events } = lastEnvelope(collector)
  assert.deepEqual([dialect, events], ['pixel', [validEvents.track]])
  const odd = { userId: 'u', event: '>>>~~~???', writeKey: publicKey }
  const asItIs = Buffer.from(JSON.stringify(odd)).toString('base64')
  assert.match(asItIs, /[+]/)
  assert.equal((await fetch(`${collector.url}/v1/pixel/track?data=${asItIs}`)).status, 200)
  assert.deepEqual(lastEnvelope(collector).events, [{ userId: 'u', event: '>>>~~~???' }])
  const query = new URLSearchParams({
    writeKey: publicKey,
    anonymousId: 'a',
    name: 'Mail',
    properties: '{"path":"/ä"}',
  })
  await fetch(`${collector.url}/v1/pixel/page?${query.toString()}`)
  assert.deepEqual(lastEnvelope(collector).events, [
    { anonymousId: 'a', name: 'Mail', properties: { path: '/ä' } },
  ])
})

test('a refused image is an image still, and a secret key is not taken from an address', async (t) => {
  const { url, stream } = await startTestCollector(t)
  const bad = [
    '/v1/pixel/track',
    '/v1/pixel/track?data=bm8',
    `/v1/pixel/page?writeKey=${secretKey}&anonymousId=a`,
  ]
  const answers = await Promise.all(bad.map((path) => fetch(url + path)))
  assert.deepEqual(
    answers.map(({ status, headers }) => [status, headers.get('content-type')]),
    [
      [401, 'image/gif'],
      [400, 'image/gif'],
      [403, 'image/gif'],
    ],
  )
  assert.equal(stream.values(EVENTS_TOPIC).length, 0)
})

test("Ripe's key check says whether a key is known", async (t) => {
  const { url } = await startTestCollector(t)
  const check = async (headers: Readonly<Record<string, string>>): Promise<number> =>
    (await fetch(`${url}/event/auth/sdk`, { headers })).status
  assert.deepEqual(
    [await check(basic(publicKey, '')), await check(basic('wk_unknown', '')), await check({})],
    [200, 401, 401],
  )
})

async function settingsOf(t: TestContext, publicUrl?: string): Promise<unknown> {
  const { url } = await startTestCollector(t, publicUrl === undefined ? {} : { publicUrl })
  const answer = await fetch(`${url}/v1/projects/${publicKey}/settings`)
  assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  assert.equal(answer.headers.get('access-control-allow-credentials'), null)
  const body: unknown = await answer.json()
  return JSON.parse(JSON.stringify(body), (key, value: unknown) =>
    key === 'Segment.io' && typeof value === 'object' ? JSON.stringify(value) : value,
  )
}

test('analytics-next is told to send here, under the public address when there is one', async (t) => {
  assert.match(
    JSON.stringify(await settingsOf(t)),
    /apiHost\\":\\"127\.0\.0\.1:\d+\/v1\\",\\"protocol\\":\\"http\\"/,
  )
  assert.match(
    JSON.stringify(await settingsOf(t, 'https://data.acme.example/px/')),
    /apiHost\\":\\"data\.acme\.example\/px\/v1\\",\\"protocol\\":\\"https\\"/,
  )
})

test('settings of an unknown key, and of a secret one, are not given', async (t) => {
  const { url } = await startTestCollector(t)
  const asked = [`/v1/projects/${secretKey}/settings`, '/v1/projects/x/settings', `/sourceConfig?writeKey=x`]
  for (const path of asked) assert.equal((await fetch(url + path)).status, 401)
  for (const [path, code] of [
    ['/sourceConfig', 'missing_key'],
    ['/event/auth/sdk', 'missing_key'],
    ['/sourceConfig?writeKey=x', 'unknown_key'],
  ] as const)
    assert.equal((await readAnswer(await fetch(url + path))).code, code, path)
})

test('everything for pages is served under the path prefix too', async (t) => {
  const { url, post } = await startTestCollector(t, {
    tag: { pathPrefix: '/px', scriptName: 'a.js', globalName: 'll', bundle: 'default' },
  })
  assert.equal((await post('/px/v1/track', track, basic(publicKey))).status, 200)
  assert.equal((await post('/v1/track', track, basic(publicKey))).status, 200)
  const settings = await fetch(`${url}/px/v1/projects/${publicKey}/settings`)
  assert.match(await settings.text(), /127\.0\.0\.1:\d+\/px\/v1/)
  const preflight = await fetch(`${url}/px/v1/track`, { method: 'OPTIONS' })
  assert.deepEqual([preflight.status, preflight.headers.get('access-control-max-age')], [204, '86400'])
})

test('what clients gave up is counted by reason, and a flood of reasons is one', async (t) => {
  const { url, post } = await startTestCollector(t)
  const dropped = { expired: 3, 'full-queue': 2, 'not a name': 5, negative: -1, text: 'x' }
  await post('/v1/e', JSON.stringify({ writeKey: publicKey, batch: [validEvents.track], dropped }))
  for (let index = 0; index < 30; index += 1)
    await post(
      '/v1/e',
      JSON.stringify({
        writeKey: publicKey,
        batch: [validEvents.track],
        dropped: { [`r${'x'.repeat(index)}`]: 1 },
      }),
    )
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line.startsWith('leadline_collector_client_dropped_total{'))
  assert.ok(lines.includes('leadline_collector_client_dropped_total{reason="expired"} 3'))
  assert.ok(lines.includes('leadline_collector_client_dropped_total{reason="full-queue"} 2'))
  assert.ok(lines.length <= 21)
})
