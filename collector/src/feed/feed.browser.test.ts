import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { validEvents } from '@leadline/contract/fixtures'
import {
  basic,
  boundKey,
  publicKey,
  secretKey,
  startTestCollector,
} from '../../test-support/test-collector.ts'
import { openClientPage } from '../../test-support/client-page.ts'

interface Reader {
  /** Waits until the feed said so many things, and gives them. */
  read(count: number): Promise<readonly Record<string, unknown>[]>
}

async function openFeed(t: TestContext, url: string): Promise<Reader> {
  const stop = new AbortController()
  const answer = await fetch(`${url}/v1/feed`, { headers: basic(secretKey), signal: stop.signal })
  assert.equal(answer.headers.get('content-type'), 'text/event-stream')
  t.after(() => stop.abort())
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const messages = () =>
    [...text.matchAll(/^data: (.*)\n\n/gm)].map(([, data]): Record<string, unknown> => JSON.parse(data ?? ''))
  return {
    async read(count) {
      while (messages().length < count) {
        const read = await reader?.read()
        assert.ok(read !== undefined && !read.done)
        text += read.value
      }
      return messages()
    },
  }
}

const good = JSON.stringify(validEvents.track)
const bad = JSON.stringify({ ...validEvents.track, event: '' })

test('who opens the feed sees what came before, and then each event as it comes', async (t) => {
  const { url, post } = await startTestCollector(t)
  await post('/v1/track', good, basic(publicKey))
  const feed = await openFeed(t, url)
  const [before] = await feed.read(1)
  assert.deepEqual(
    { ...before, at: '' },
    {
      at: '',
      workspace: 7,
      source: 'site',
      dialect: 'segment',
      type: 'track',
      event: good,
    },
  )
  await post('/v1/batch', `{"batch":[${good},${bad}]}`, basic(publicKey))
  const [, stored, refused] = await feed.read(3)
  assert.equal(stored?.['refused'], undefined)
  assert.deepEqual(refused?.['refused'], {
    code: 'missing_field',
    field: 'batch[1].event',
    message: 'event is missing; track needs the name of what happened',
  })
})

test('a request that is refused whole is seen too, when its key is known', async (t) => {
  const { url, post } = await startTestCollector(t)
  const feed = await openFeed(t, url)
  await post('/v1/track', good, basic('unknown'))
  await post('/v1/track', '{', basic(publicKey))
  await post('/v1/track', good, { ...basic(boundKey), origin: 'https://other.example' })
  const entries = await feed.read(2)
  assert.deepEqual(
    entries.map(({ source, path, event, refused }) => [
      source,
      path,
      event,
      JSON.stringify(refused).slice(0, 25),
    ]),
    [
      ['site', '/v1/track', '', '{"code":"invalid_json","me'.slice(0, 25)],
      ['bound', '/v1/track', '', '{"code":"origin_not_allowed'.slice(0, 25)],
    ],
  )
})

test('of another workspace nothing is seen', async (t) => {
  const { url, post } = await startTestCollector(t)
  await post('/v1/track', good, basic('wk_of_the_other_workspace'))
  const feed = await openFeed(t, url)
  await post('/v1/track', good, basic('wk_of_the_other_workspace'))
  await post('/v1/track', good, basic(publicKey))
  assert.deepEqual(
    (await feed.read(1)).map(({ workspace }) => workspace),
    [7],
  )
})

test('a flood is cut to what a person and the memory can take', async (t) => {
  const { url, post } = await startTestCollector(t)
  const batch = JSON.stringify({ batch: Array.from({ length: 300 }, () => validEvents.track) })
  const long = JSON.stringify({ ...validEvents.track, properties: { text: 'ü'.repeat(5000) } })
  await post('/v1/track', long, basic(publicKey))
  for (let index = 0; index < 5; index += 1) await post('/v1/batch', batch, basic(publicKey))
  const feed = await openFeed(t, url)
  const entries = await feed.read(10)
  assert.ok(entries.length <= 50)
  assert.ok(entries.every(({ event }) => String(event).length <= 2000))
})

test('the feed needs a secret key', async (t) => {
  const { url } = await startTestCollector(t)
  const statusOf = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${url}/v1/feed`, { headers })).status
  assert.deepEqual(
    [await statusOf({}), await statusOf(basic('unknown')), await statusOf(basic(publicKey))],
    [401, 401, 403],
  )
})

test('a stop ends the feed of those who watch', async (t) => {
  const { url, service } = await startTestCollector(t)
  const answer = await fetch(`${url}/v1/feed`, { headers: basic(secretKey) })
  await service.stop()
  assert.match(await answer.text(), /^: events follow/)
})

test('the page shows events without script or style inside it', async (t) => {
  const { url, post } = await startTestCollector(t)
  const answer = await fetch(`${url}/feed`)
  assert.match(answer.headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self'/)
  const page = await openClientPage(t, '')
  const violations: string[] = []
  page.on('console', (message) => violations.push(message.text()))
  await page.goto(`${url}/feed`)
  await page.fill('input', secretKey)
  await page.click('button')
  await page.waitForFunction('document.querySelector("output").textContent === "watching"')
  await post('/v1/track', bad.replace('S-1', '<b>S-1'), basic(publicKey))
  await page.waitForSelector('li.refused')
  assert.match((await page.textContent('li')) ?? '', /missing_field.*<b>S-1/s)
  assert.deepEqual(violations, [])
})
