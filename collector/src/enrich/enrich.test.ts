import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { EVENTS_TOPIC, decodeEnvelope, type Envelope } from '@leadline/contract'
import { validEvents } from '@leadline/contract/fixtures'
import {
  basic,
  publicKey,
  startTestCollector,
  type TestCollector,
} from '../../test-support/test-collector.ts'
import { buildMmdb } from '../../test-support/tiny-mmdb.ts'
import { createBotCheck } from './bot-check.ts'
import { createGeo, openGeo } from './geo.ts'

const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'
const googlebot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
const headless = chrome.replace('Chrome/', 'HeadlessChrome/')

test('crawlers and driven browsers are bots; people and servers that send for them are not', () => {
  const isBot = createBotCheck()
  assert.deepEqual([googlebot, headless].map(isBot), [true, true])
  const others = [chrome, 'analytics-python/2.4.0', 'axios/1.7.0', 'node', 'Go-http-client/1.1', '']
  assert.deepEqual(
    others.map(isBot),
    others.map(() => false),
  )
})

test('answers are kept for so many user agents and no more, and stay the same', () => {
  const isBot = createBotCheck(3)
  for (let round = 0; round < 3; round += 1)
    for (let index = 0; index < 10; index += 1) {
      assert.equal(isBot(`${googlebot} ${index}`), true)
      assert.equal(isBot(`${chrome} ${index}`), false)
    }
})

const database = buildMmdb('127.0.0.0', 24, {
  country: { iso_code: 'CH', names: { en: 'Switzerland' } },
  subdivisions: [{ names: { en: 'Zurich', de: 'Zürich' } }],
})

test('an address gives its country and region, another one nothing', () => {
  const findPlace = createGeo(database)
  assert.deepEqual(findPlace('127.0.0.1'), { country: 'CH', region: 'Zurich' })
  assert.deepEqual(findPlace('127.0.0.255'), { country: 'CH', region: 'Zurich' })
  for (const address of ['127.0.1.1', '8.8.8.8', '2001:db8::1', undefined])
    assert.equal(findPlace(address), undefined)
  assert.deepEqual(createGeo(buildMmdb('10.0.0.0', 8, { country_code: 'DE' }))('10.1.2.3'), {
    country: 'DE',
    region: undefined,
  })
})

test('a file that is no database stops the start with its name', async () => {
  await assert.rejects(openGeo(import.meta.filename), /collector\.geo\.file: .*enrich\.test\.ts/)
  await assert.rejects(openGeo('/nowhere.mmdb'), /collector\.geo\.file/)
})

function last({ stream }: TestCollector): Envelope {
  const decoded = decodeEnvelope(stream.values(EVENTS_TOPIC).at(-1) ?? '')
  assert.ok(decoded.ok)
  return decoded.value
}

const body = JSON.stringify(validEvents.track)
const from = (userAgent: string) => ({ ...basic(publicKey), 'user-agent': userAgent })

test('the place comes from the full address, of which less, or nothing, is kept', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-geo-'))
  t.after(() => rm(directory, { recursive: true }))
  const file = join(directory, 'places.mmdb')
  // One address: its truncated form is not in the network.
  await writeFile(file, buildMmdb('127.0.0.1', 32, { country: { iso_code: 'CH' } }))
  const collector = await startTestCollector(t, { geo: { file }, address: 'truncate' })
  await collector.post('/v1/track', body, from(chrome))
  assert.deepEqual([last(collector).address, last(collector).country], ['127.0.0.0', 'CH'])
  await collector.post('/v1/track', body, from('analytics-node/3.1.0'))
  assert.equal(last(collector).country, undefined)
})

test('a bot is marked and kept', async (t) => {
  const collector = await startTestCollector(t)
  await collector.post('/v1/track', body, from(googlebot))
  assert.equal(last(collector).bot, true)
  await collector.post('/v1/track', body, from(chrome))
  assert.equal(last(collector).bot, undefined)
})

const said = (ip: string, userAgent: string) => ({ ...validEvents.track, context: { ip, userAgent } })
const server = { ...basic(publicKey), 'user-agent': 'analytics-python/2.4.0' }

test('what a server says of its user is looked at as if the user had sent it', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-geo-'))
  t.after(() => rm(directory, { recursive: true }))
  const file = join(directory, 'places.mmdb')
  await writeFile(file, buildMmdb('203.0.113.9', 32, { country: { iso_code: 'CH' } }))
  const collector = await startTestCollector(t, { geo: { file }, address: 'truncate' })
  const batch = [said('203.0.113.9', chrome), validEvents.identify, said('192.0.2.7', googlebot)]
  await collector.post('/v1/batch', JSON.stringify({ batch }), server)
  assert.deepEqual(last(collector).subjects, {
    0: { address: '203.0.113.0', country: 'CH' },
    2: { address: '192.0.2.0', bot: true },
  })
  assert.deepEqual(last(collector).events[0]?.['context'], { ip: '203.0.113.9', userAgent: chrome })
})

test('what a batch says of its user stands beneath what its events say, and no word of it is no address', async (t) => {
  const collector = await startTestCollector(t, { address: 'keep' })
  const context = { ip: '203.0.113.9', userAgent: googlebot }
  const batch = [{ ...validEvents.track, context: { ip: 'unknown' } }, validEvents.identify]
  await collector.post('/v1/batch', JSON.stringify({ batch, context }), server)
  assert.deepEqual(last(collector).subjects, { 0: { bot: true }, 1: { address: '203.0.113.9', bot: true } })
})

test('a browser speaks for itself: what its event says of another changes nothing', async (t) => {
  const collector = await startTestCollector(t)
  await collector.post('/v1/track', JSON.stringify(said('203.0.113.9', googlebot)), from(chrome))
  assert.equal(last(collector).subjects, undefined)
  assert.equal(last(collector).bot, undefined)
})

test('by setting an address that a server says is dropped, and so is the event of a bot', async (t) => {
  const { post, stream, ...rest } = await startTestCollector(t, { bots: 'drop', address: 'drop' })
  const batch = [said('192.0.2.7', googlebot), said('203.0.113.9', chrome)]
  const answer = await post('/v1/batch', JSON.stringify({ batch }), server)
  assert.deepEqual(await answer.json(), { success: true, accepted: 2, rejected: [] })
  const { events, subjects, address } = last({ post, stream, ...rest })
  assert.deepEqual(
    events.map(({ context }) => context),
    [{ ip: '203.0.113.9', userAgent: chrome }],
  )
  assert.deepEqual([subjects, address], [{ 0: {} }, undefined])
})

test('by setting a bot is answered as ever, and nothing is stored', async (t) => {
  const { post, url, stream } = await startTestCollector(t, { bots: 'drop' })
  const answer = await post('/v1/batch', `{"batch":[${body}]}`, from(googlebot))
  assert.deepEqual(await answer.json(), { success: true, accepted: 1, rejected: [] })
  assert.equal(stream.values(EVENTS_TOPIC).length, 0)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  assert.match(metrics, /leadline_collector_events_discarded_total 1/)
  assert.equal((await post('/v1/track', body, from(chrome))).status, 200)
  assert.equal(stream.values(EVENTS_TOPIC).length, 1)
})
