import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { LIMITS, refuseEvent } from '@leadline/contract'
import { z } from 'zod'
import { startRecordingCollector, type Answerer } from '../../test-support/recording-collector.ts'
import { createRecordingTerminal } from '../../test-support/recording-terminal.ts'
import { makeTemporaryDirectory } from '../../test-support/temporary-directory.ts'
import { runCli } from '../main.ts'
import { planRequests } from './plan-requests.ts'

const bodySchema = z.looseObject({
  writeKey: z.string(),
  batch: z.array(z.looseObject({ messageId: z.string() })),
})
const idsOf = (body: string): string[] =>
  bodySchema.parse(JSON.parse(body)).batch.map(({ messageId }) => messageId)

async function simulate(
  t: TestContext,
  options: { seed?: number; visitors?: number; answer?: Answerer } = {},
) {
  const { seed = 5, visitors = 12, answer } = options
  const collector = await startRecordingCollector(t, answer)
  const directory = await makeTemporaryDirectory(t)
  const files = { sent: join(directory, 'sent'), acked: join(directory, 'acked') }
  const terminal = createRecordingTerminal()
  const flags = { to: `${collector.url}/`, key: 'pub_12345678', seed, visitors, seconds: 0, ...files }
  const argv = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])
  const exitCode = await runCli(['simulate', ...argv, '--json'], terminal)
  const readLines = async (file: string) => (await readFile(file, 'utf8')).trim().split('\n')
  return {
    exitCode,
    requests: collector.requests,
    output: terminal.lines.join('\n'),
    error: terminal.errors.join('\n'),
    sent: () => readLines(files.sent),
    acked: () => readLines(files.acked),
  }
}

describe('a simulation', () => {
  test('sends the same bytes for the same seed', async (t) => {
    const [one, other] = [await simulate(t), await simulate(t)]
    assert.equal(one.exitCode, 0)
    assert.deepEqual(
      one.requests.map(({ body }) => body).sort(),
      other.requests.map(({ body }) => body).sort(),
    )
  })

  test('sends others for another seed', async (t) => {
    const [one, other] = [await simulate(t, { seed: 1 }), await simulate(t, { seed: 2 })]
    const ids = new Set(one.requests.flatMap(({ body }) => idsOf(body)))
    assert.ok(other.requests.flatMap(({ body }) => idsOf(body)).every((id) => !ids.has(id)))
  })

  test('sends as a page does: text/plain to /v1/batch, the key in the body, no sentAt', async (t) => {
    const { requests } = await simulate(t)
    for (const { path, contentType, body } of requests) {
      assert.equal(path, '/v1/batch')
      assert.equal(contentType, 'text/plain;charset=UTF-8')
      assert.equal(bodySchema.parse(JSON.parse(body)).writeKey, 'pub_12345678')
      assert.doesNotMatch(body, /sentAt/)
    }
  })

  test('writes down every id before it is sent and after it was answered', async (t) => {
    const { requests, sent, acked } = await simulate(t)
    const ids = requests.flatMap(({ body }) => idsOf(body)).sort()
    assert.equal(new Set(ids).size, ids.length)
    assert.deepEqual((await sent()).sort(), ids)
    assert.deepEqual((await acked()).sort(), ids)
  })

  test('says what it did', async (t) => {
    const { output, requests } = await simulate(t)
    const result = z
      .object({
        seed: z.number(),
        visitors: z.number(),
        events: z.number(),
        requests: z.number(),
        repeats: z.number(),
        outcome: z.null(),
      })
      .parse(JSON.parse(output))
    assert.deepEqual(result, {
      seed: 5,
      visitors: 12,
      events: requests.flatMap(({ body }) => idsOf(body)).length,
      requests: requests.length,
      repeats: 0,
      outcome: null,
    })
  })
})

describe('trouble on the way', () => {
  const ACCEPTED = { status: 200, body: '{"success":true}' }

  test('a request without an answer is repeated, with the same ids, until it has one', async (t) => {
    const answer: Answerer = (number) => {
      if (number % 3 === 0) return 'hang up'
      return number % 3 === 1 ? { status: 503, body: 'busy', retryAfter: '0' } : ACCEPTED
    }
    const { exitCode, requests, acked, sent } = await simulate(t, { visitors: 6, answer })
    assert.equal(exitCode, 0)
    const bodies = new Set(requests.map(({ body }) => body))
    assert.ok(requests.length > bodies.size)
    const ids = [...bodies].flatMap(idsOf).sort()
    assert.deepEqual((await acked()).sort(), ids)
    assert.deepEqual((await sent()).sort(), ids)
  })

  test("a 200 that is not the collector's acknowledges nothing", async (t) => {
    const answer: Answerer = (number) =>
      number === 0 ? { status: 200, body: '<html>proxy</html>' } : ACCEPTED
    const { requests } = await simulate(t, { visitors: 2, answer })
    assert.equal(requests.length, new Set(requests.map(({ body }) => body)).size + 1)
  })

  test('a refused event is not repeated and not acknowledged', async (t) => {
    const refused: string[] = []
    const answer: Answerer = (number, { body }) => {
      if (number > 0) return ACCEPTED
      const [messageId = ''] = idsOf(body)
      refused.push(messageId)
      return {
        status: 200,
        body: JSON.stringify({ success: true, rejected: [{ index: 0, messageId, code: 'too_deep' }] }),
      }
    }
    const { output, requests, acked } = await simulate(t, { visitors: 3, answer })
    assert.match(output, /"refused":1/)
    assert.equal(requests.length, new Set(requests.map(({ body }) => body)).size)
    assert.ok(!(await acked()).includes(refused[0] ?? ''))
  })

  test("a key that the collector does not know ends it with the collector's words", async (t) => {
    const answer: Answerer = () => ({ status: 401, body: '{"code":"unknown_key"}' })
    const { exitCode, error } = await simulate(t, { answer })
    assert.equal(exitCode, 1)
    assert.equal(error, 'leadline: the collector refuses with status 401: {"code":"unknown_key"}')
  })
})

describe('the plan', () => {
  const plan = planRequests({ seed: 3, visitors: 300, writeKey: 'pub_12345678' })
  const events = plan.requests.flatMap(({ body }) => bodySchema.parse(JSON.parse(body)).batch)
  const mails = new Set(
    events.map(({ traits }) => z.object({ email: z.string() }).safeParse(traits).data?.email),
  )

  test('holds only what the contract accepts', () => {
    assert.deepEqual(
      events.flatMap((event) => refuseEvent(event) ?? []),
      [],
    )
    for (const { body } of plan.requests) assert.ok(Buffer.byteLength(body) < LIMITS.batchBytes)
  })

  test('batches as the tag does: 1 to 10 events', () => {
    const sizes = plan.requests.map(({ messageIds }) => messageIds.length)
    assert.equal(Math.min(...sizes), 1)
    assert.equal(Math.max(...sizes), 10)
  })

  test('is realistic: private and placeholder addresses, groups, shared and second devices', () => {
    assert.ok([...mails].some((mail) => mail?.endsWith('@gmail.com')))
    assert.ok(mails.has('test@test.com'))
    assert.ok(events.some(({ type }) => type === 'group'))
    const usersOf = new Map<unknown, Set<unknown>>()
    for (const { userId, anonymousId } of events.filter(({ type }) => type === 'identify'))
      usersOf.set(anonymousId, (usersOf.get(anonymousId) ?? new Set()).add(userId))
    assert.ok([...usersOf.values()].some((users) => users.size > 1))
    assert.ok(plan.anonymousIds.length > 300)
  })

  test('plays before the present, on several days', () => {
    const days = new Set(events.map(({ timestamp }) => String(timestamp).slice(0, 10)))
    assert.ok(days.size > 7)
    assert.ok([...days].every((day) => day < '2026-02-01' && day > '2025-12-01'))
  })

  test('more visitors leave those before them as they were', () => {
    const names = (visitors: number) =>
      planRequests({ seed: 3, visitors, writeKey: 'pub_12345678' }).anonymousIds
    const more = new Set(names(30))
    assert.ok(names(20).every((id) => more.has(id)))
  })
})
