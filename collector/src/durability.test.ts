import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { EVENTS_TOPIC, TOPICS, decodeEnvelope } from '@leadline/contract'
import { validEvents } from '@leadline/contract/fixtures'
import { StreamUnavailable, openStream } from '@leadline/stream'
import { basic, publicKey, readAnswer, startOn, startTestCollector } from '../test-support/test-collector.ts'

const event = JSON.stringify(validEvents.track)
const key = basic(publicKey)

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 60_000
  while (!(await isTrue())) {
    assert.ok(Date.now() < deadlineMs, 'the condition did not come true')
    await pause(2)
  }
}

test('nothing is answered before the event is durable', async (t) => {
  const { post, stream, service } = await startTestCollector(t)
  stream.hold()
  let isAnswered = false
  const answer = post('/v1/track', event, key).then((response) => {
    isAnswered = true
    return response
  })
  await until(() => stream.waiting === 1)
  assert.equal(isAnswered, false)
  assert.equal((await service.report()).idle, false)
  stream.release()
  assert.equal((await answer).status, 200)
  await until(async () => (await service.report()).idle)
  assert.deepEqual((await service.report()).steps, { accepted: 1, rejected: 0 })
})

for (const [reason, retryAfter] of [
  ['full', '30'],
  ['unreachable', '2'],
  ['closed', '1'],
] as const) {
  test(`a stream that is ${reason} means 503 with Retry-After, and 200 again once it is not`, async (t) => {
    const { post, stream, lines, service } = await startTestCollector(t)
    stream.failWith(new StreamUnavailable(reason, 'told to fail'))
    for (const body of [event, event]) {
      const answer = await post('/v1/track', body, key)
      assert.equal(answer.status, 503)
      assert.equal(answer.headers.get('retry-after'), retryAfter)
      assert.equal((await readAnswer(answer)).code, 'unavailable')
    }
    assert.equal(lines.filter((line) => line.includes('"level":"error"')).length, 1)
    assert.deepEqual((await service.report()).steps, { accepted: 0, rejected: 0 })
    stream.failWith(undefined)
    assert.equal((await post('/v1/track', event, key)).status, 200)
    assert.match(lines.at(-1) ?? '', /durable again/)
  })
}

test('any other failure to append is 503 too: the client has the only copy', async (t) => {
  const { post, stream } = await startTestCollector(t)
  stream.failWith(new TypeError('a defect'))
  assert.equal((await post('/v1/track', event, key)).status, 503)
})

test('a batch whose bad events cannot be kept is not acknowledged either', async (t) => {
  const { post, stream } = await startTestCollector(t)
  stream.failWith(new StreamUnavailable('full', 'told to fail'))
  const answer = await post('/v1/batch', `{"batch":[{},${event}]}`, key)
  assert.equal(answer.status, 503)
  assert.equal(stream.values(EVENTS_TOPIC).length, 0)
})

test('when too much is under way, requests are turned away at once and health still answers', async (t) => {
  const { post, stream, url } = await startTestCollector(t)
  stream.hold()
  const large = JSON.stringify({ batch: [validEvents.track], padding: 'x'.repeat(500_000) })
  const sent = Array.from({ length: 80 }, () => post('/v1/batch', large, key))
  const first = await Promise.race(sent)
  assert.equal(first.status, 503)
  assert.equal(first.headers.get('retry-after'), '1')
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
  await until(async () => /in_flight_requests 6[67]\n/.test(await (await fetch(`${url}/metrics`)).text()))
  stream.release()
  const statuses = new Set((await Promise.all(sent)).map(({ status }) => status))
  assert.deepEqual(statuses, new Set([503, 200]))
  assert.equal((await post('/v1/track', event, key)).status, 200)
})

test('clients that declare much and send nothing keep nobody out', async (t) => {
  const { post, url, service } = await startTestCollector(t)
  const headers = { ...key, 'content-length': '500000' }
  const slow = Array.from({ length: 100 }, () => request(`${url}/v1/track`, { method: 'POST', headers }))
  for (const call of slow) call.on('error', () => undefined).flushHeaders()
  await until(async () => /in_flight_requests 100/.test(await (await fetch(`${url}/metrics`)).text()))
  assert.equal((await post('/v1/track', event, key)).status, 200)
  for (const call of slow) call.destroy()
  await until(async () => (await service.report()).idle)
})

test('stopping answers what is under way, takes nothing new, then closes the stream', async (t) => {
  const { post, stream, service, url } = await startTestCollector(t)
  stream.hold()
  const answer = post('/v1/track', event, key)
  await until(() => stream.waiting === 1)
  const stopped = service.stop()
  assert.equal(stream.isClosed, false)
  await assert.rejects(fetch(`${url}/healthz`))
  stream.release()
  assert.equal((await answer).status, 200)
  await stopped
  assert.equal(stream.isClosed, true)
  assert.equal(stream.values(EVENTS_TOPIC).length, 1)
})

test('what was answered 200 can be read from the embedded log by whoever opens it next', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-collector-'))
  const settings = { kind: 'embedded', directory, maxBytes: 1024 ** 3 } as const
  const stream = await openStream(settings)
  await stream.admin.ensureTopics(TOPICS)
  const collector = await startOn(stream)
  t.after(() => collector.service.stop())
  const bodies = Array.from({ length: 50 }, (_, index) =>
    JSON.stringify({ ...validEvents.track, messageId: `m-${index}`, anonymousId: `a-${index % 7}` }),
  )
  const answers = await Promise.all(bodies.map((body) => collector.post('/v1/track', body, key)))
  assert.ok(answers.every(({ status }) => status === 200))
  assert.deepEqual(await (await fetch(`${collector.url}/readyz`)).json(), { ready: true, problems: [] })
  await collector.service.stop()

  const reopened = await openStream(settings)
  const seen: string[] = []
  const consumer = await reopened.consume({
    topic: EVENTS_TOPIC,
    group: 'tests',
    handle: ({ values }) => {
      for (const value of values) {
        const decoded = decodeEnvelope(value)
        assert.ok(decoded.ok)
        seen.push(...decoded.value.events.map((stored) => JSON.stringify(stored)))
      }
      return Promise.resolve()
    },
    onFailure: ({ error }) => assert.fail(String(error)),
  })
  t.after(async () => {
    await consumer.stop()
    await reopened.close()
    await rm(directory, { recursive: true })
  })
  await until(() => seen.length >= bodies.length)
  assert.deepEqual(seen.toSorted(), bodies.toSorted())
})

test('a log at its size bound means 503, one line that says what to do, and 200 again once there is room', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-collector-'))
  const stream = await openStream({ kind: 'embedded', directory, maxBytes: 2 * 1024 ** 2 })
  await stream.admin.ensureTopics(TOPICS)
  const { post, service, lines } = await startOn(stream)
  t.after(async () => {
    await service.stop()
    await rm(directory, { recursive: true })
  })
  const large = JSON.stringify({
    ...validEvents.track,
    properties: { padding: randomBytes(22_000).toString('base64') },
  })
  let answer = await post('/v1/track', large, key)
  for (let stored = 1; answer.status === 200 && stored < 200; stored += 1)
    answer = await post('/v1/track', large, key)
  assert.equal(answer.status, 503)
  assert.equal(answer.headers.get('retry-after'), '30')
  assert.equal((await readAnswer(answer)).code, 'unavailable')
  assert.equal((await post('/v1/track', large, key)).status, 503)
  const errors = lines.filter((line) => line.includes('"level":"error"'))
  assert.equal(errors.length, 1)
  assert.match(errors[0] ?? '', /answering 503.*"reason":"full".*size bound.*raise stream\.maxBytes/)
  await until(async () => {
    await stream.admin.applyRetention(TOPICS.map((topic) => ({ ...topic, retentionMs: 0 })))
    return (await post('/v1/track', large, key)).status === 200
  })
  assert.match(lines.at(-1) ?? '', /durable again/)
})
