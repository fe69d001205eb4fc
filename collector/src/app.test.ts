import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { validEvents } from '@leadline/contract/fixtures'
import { StreamUnavailable } from '@leadline/stream'
import { createMemoryStream } from '../test-support/memory-stream.ts'
import {
  basic,
  publicKey,
  readAnswer,
  startOn,
  startTestCollector,
  type TestCollector,
} from '../test-support/test-collector.ts'

const script = `/* tag */ ${'console.log(1);'.repeat(200)}`

async function startWithTag(t: TestContext): Promise<TestCollector> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-tag-'))
  t.after(() => rm(directory, { recursive: true }))
  const tagFile = join(directory, 'leadline.js')
  await writeFile(tagFile, script)
  return await startTestCollector(t, { tagFile })
}

test('the tag has a stable address with a short life and one of its content with a long life', async (t) => {
  const { url } = await startWithTag(t)
  const hash = createHash('sha256').update(script).digest('hex').slice(0, 16)
  const lives = {
    [`/leadline.${hash}.js`]: 'public, max-age=31536000, immutable',
    '/leadline.js': 'public, max-age=300',
  }
  for (const [path, life] of Object.entries(lives)) {
    const answer = await fetch(`${url}${path}`)
    assert.equal(answer.status, 200)
    assert.equal(await answer.text(), script)
    assert.equal(answer.headers.get('cache-control'), life)
    assert.equal(answer.headers.get('content-type'), 'text/javascript; charset=utf-8')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  }
  assert.equal((await fetch(`${url}/leadline.0123456789abcdef.js`)).status, 404)
})

test('the tag is sent compressed to those who can take it', async (t) => {
  const { url } = await startWithTag(t)
  for (const encoding of ['br', 'gzip', 'identity']) {
    const answer = await fetch(`${url}/leadline.js`, { headers: { 'accept-encoding': encoding } })
    assert.equal(answer.headers.get('content-encoding') ?? 'identity', encoding)
    assert.equal(answer.headers.get('vary'), 'accept-encoding')
    assert.equal(await answer.text(), script)
  }
})

test('a tag that did not change is not sent again', async (t) => {
  const { url } = await startWithTag(t)
  const etag = (await fetch(`${url}/leadline.js`)).headers.get('etag') ?? ''
  const again = await fetch(`${url}/leadline.js`, { headers: { 'if-none-match': etag } })
  assert.equal(again.status, 304)
  assert.equal(await again.text(), '')
})

test('without a tag the answer says what to set', async (t) => {
  const { url } = await startTestCollector(t)
  const answer = await fetch(`${url}/leadline.js`)
  assert.equal(answer.status, 404)
  assert.match((await readAnswer(answer)).message ?? '', /collector\.tagFile/)
})

test('a tag file that cannot be read stops the start with its name', async () => {
  await assert.rejects(
    startOn(createMemoryStream(), { tagFile: '/nowhere/leadline.js' }),
    /\/nowhere\/leadline\.js/,
  )
})

test('a port in use stops the start with one clear line', async (t) => {
  const { url } = await startTestCollector(t)
  const port = Number(new URL(url).port)
  await assert.rejects(startOn(createMemoryStream(), { port }), /port \d+ of 127\.0\.0\.1 is in use/)
})

test('health says that the process lives, readiness that events can be stored', async (t) => {
  const { url, stream } = await startTestCollector(t)
  const ready = async (): Promise<unknown[]> => {
    const answer = await fetch(`${url}/readyz`)
    return [answer.status, await answer.json()]
  }
  assert.deepEqual(await ready(), [200, { ready: true, problems: [] }])
  stream.setProblems(['topic events.v1 is missing'])
  assert.deepEqual(await ready(), [503, { ready: false, problems: ['topic events.v1 is missing'] }])
  stream.setProblems(new Error('broker 10.0.0.1 refused'))
  assert.deepEqual(await ready(), [503, { ready: false, problems: ['the stream does not answer'] }])
  stream.setProblems(new StreamUnavailable('full', 'the disk is full'))
  assert.deepEqual(await ready(), [
    503,
    { ready: false, problems: ['the stream is full; free space on its disk'] },
  ])
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
})

test('metrics count events, refusals, answers, bytes and appends', async (t) => {
  const { url, post } = await startTestCollector(t)
  const body = JSON.stringify({ batch: [validEvents.track, validEvents.page, {}] })
  await post('/v1/batch', body, basic(publicKey))
  await post('/v1/batch', '{', basic(publicKey))
  const answer = await fetch(`${url}/metrics`)
  const text = await answer.text()
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/)
  const expected = [
    'events_accepted_total 2',
    'events_rejected_total{code="invalid_field"} 1',
    'answers_total{status="200"} 1',
    'answers_total{status="400"} 1',
    `received_bytes_total ${Buffer.byteLength(body) + 1}`,
    'append_seconds_count 1',
    'in_flight_requests 0',
    'in_flight_bytes 0',
  ]
  for (const line of expected) assert.ok(text.includes(`leadline_collector_${line}\n`), line)
})

test('a wrong method is told which ones are right', async (t) => {
  const { url } = await startTestCollector(t)
  const answer = await fetch(`${url}/v1/track`)
  assert.equal(answer.status, 405)
  assert.equal(answer.headers.get('allow'), 'POST, OPTIONS')
})
