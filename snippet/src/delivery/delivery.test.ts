import '../../test-support/definitions.ts'
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock, type TestContext } from 'node:test'
import { failures } from '../failures.ts'
import type * as Delivery from './delivery.ts'
import { addEvent, queue } from './event-queue.ts'

type Answer = () => Response | Promise<Response>

const acknowledgement: Answer = () => Response.json({ success: true })
const answer =
  (status: number, body: unknown = '', headers: Record<string, string> = {}): Answer =>
  () =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers })
const outage = answer(503)

interface Sent {
  /** What the events say. */
  readonly events: string
  readonly init: RequestInit
  readonly batch: Record<string, unknown>
  readonly atMs: number
}

describe('delivery', () => {
  let delivery: typeof Delivery
  let answers: Answer[]
  let sent: Sent[]
  let results: unknown[]
  let pages = 0

  beforeEach(async () => {
    // No storage in this run-time: the queue lives in memory. Each test is a page of its own.
    queue.clear()
    failures.dropped = {}
    failures.unreported = undefined
    pages += 1
    delivery = await import(`./delivery.ts?page=${pages}`)
    answers = []
    sent = []
    results = []
    mock.method(globalThis, 'fetch', async (_: string, init: RequestInit) => {
      const batch = JSON.parse(typeof init.body === 'string' ? init.body : '')
      const events = batch.batch.map(({ id }: { id: string }) => id).join('')
      sent.push({ events, init, batch, atMs: Date.now() })
      return await (answers.shift() ?? acknowledgement)()
    })
  })
  afterEach(() => mock.restoreAll())

  const add = (...ids: string[]): void => {
    for (const id of ids) {
      addEvent(id, JSON.stringify({ id }), (result) => (results[id.charCodeAt(0) - 97] = result))
      delivery.wake()
    }
  }
  /** Moves the clock and lets answers be read. */
  const pass = async ({ mock: { timers } }: TestContext, ms: number): Promise<void> => {
    timers.tick(ms)
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  const useClock = (test: TestContext): void => test.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const batches = (): string[] => sent.map(({ events }) => events)

  it('waits for company', async (test) => {
    useClock(test)
    add('a', 'b')
    await pass(test, 50)
    add('c')
    await pass(test, 50)
    assert.deepEqual(batches(), ['abc'])
    assert.equal(queue.size, 0)
  })

  it('needs no preflight and no credentials, and outlives the page', async (test) => {
    useClock(test)
    add('a')
    await pass(test, 100)
    const { init, batch } = sent[0] ?? {}
    assert.partialDeepStrictEqual(init, { method: 'POST', keepalive: true, credentials: 'omit' })
    assert.equal(init?.headers, undefined)
    assert.deepEqual([batch?.['batch'], batch?.['dropped']], [[{ id: 'a' }], undefined])
  })

  it('halves a batch that is too large, and drops what is too large by itself', async (test) => {
    useClock(test)
    answers.push(answer(413), answer(413), answer(413))
    add('a', 'b', 'c', 'd')
    for (let round = 0; round < 8; round += 1) await pass(test, 200)
    assert.deepEqual(batches(), ['abcd', 'ab', 'a', 'b', 'c', 'd'])
    assert.deepEqual(failures.dropped, { http_413: 1 })
  })

  const rejected = [
    { index: 0, code: 'missing_id' },
    { index: 2, code: 'too_deep' },
  ]
  const taken = { delivered: true, reason: undefined }
  const refused = (reason: string): object => ({ delivered: false, reason })
  for (const [title, reply, expected] of [
    ['an acknowledgement', answer(200, { success: true }), [taken, taken, taken]],
    [
      'a batch of which some events are refused',
      answer(200, { success: true, accepted: 1, rejected }),
      [refused('missing_id'), taken, refused('too_deep')],
    ],
    [
      'a refused key',
      answer(401, { success: false, code: 'unknown_key' }),
      Array(3).fill(refused('unknown_key')),
    ],
    ['a refusal without words', answer(404), Array(3).fill(refused('http_404'))],
  ] as const)
    it(`understands ${title}`, async (test) => {
      useClock(test)
      answers.push(reply)
      add('a', 'b', 'c')
      await pass(test, 100)
      assert.deepEqual(results, expected)
      assert.equal(queue.size, 0)
    })

  for (const [title, reply] of [
    ['a 200 of somebody else', answer(200, '<html>Log in to this network</html>')],
    ['an empty 200', answer(200)],
    ['a failure of the server', answer(500, { success: false, code: 'internal' })],
    ['a time-out', answer(408)],
    ['a wait that says nothing', answer(503, '', { 'retry-after': 'soon' })],
    ['a network that fails', () => Promise.reject(new TypeError('failed'))],
  ] as const)
    it(`tries again after ${title}`, async (test) => {
      useClock(test)
      answers.push(reply)
      add('a')
      await pass(test, 100)
      assert.deepEqual([batches(), queue.size], [['a'], 1])
      await pass(test, 500)
      assert.deepEqual([batches(), queue.size], [['a', 'a'], 0])
    })

  it('tries again after a fetch that throws', async (test) => {
    useClock(test)
    let throws = 1
    mock.method(globalThis, 'fetch', () => {
      if (throws) throw new Error(`patched ${throws--}`)
      return Promise.resolve(acknowledgement())
    })
    add('a')
    await pass(test, 100)
    assert.equal(queue.size, 1)
    await pass(test, 500)
    assert.equal(queue.size, 0)
  })

  it('backs off by itself and longer each time, then sends without keepalive', async (test) => {
    useClock(test)
    answers.push(outage, outage, outage)
    mock.method(Math, 'random', () => 1)
    add('a')
    for (let second = 0; second < 50; second += 1) await pass(test, 100)
    const [first = 0, ...later] = sent.map(({ atMs }) => atMs)
    assert.deepEqual(
      later.map((atMs) => Math.round((atMs - first) / 500)),
      [1, 3, 7],
    )
    assert.deepEqual(
      sent.map(({ init }) => init.keepalive),
      [true, false, false, false],
    )
    assert.equal(queue.size, 0)
  })

  it('takes up to half of a wait away at random', async (test) => {
    useClock(test)
    answers.push(outage)
    mock.method(Math, 'random', () => 0)
    add('a')
    await pass(test, 100)
    await pass(test, 249)
    assert.equal(sent.length, 1)
    await pass(test, 1)
    assert.equal(sent.length, 2)
  })

  it('waits for a moment that Retry-After names as a date', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.UTC(2026, 0, 1) })
    answers.push(answer(503, '', { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }))
    add('a')
    await pass(test, 100)
    await pass(test, 29_899)
    assert.equal(sent.length, 1)
    await pass(test, 1)
    assert.equal(sent.length, 2)
  })

  for (const after of ['-5', 'Thu, 01 Jan 1970 00:00:00 GMT', '0'])
    it(`backs off by itself where Retry-After says ${after}`, async (test) => {
      test.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.UTC(2026, 0, 1) })
      answers.push(answer(503, '', { 'retry-after': after }))
      add('a')
      await pass(test, 100)
      await pass(test, 249)
      assert.equal(sent.length, 1)
      await pass(test, 251)
      assert.equal(sent.length, 2)
    })

  it('waits five minutes at most, however long the server asks', async (test) => {
    useClock(test)
    answers.push(answer(429, '', { 'retry-after': '90000' }))
    add('a')
    await pass(test, 100)
    await pass(test, 299_999)
    assert.equal(sent.length, 1)
    await pass(test, 1)
    assert.equal(sent.length, 2)
  })

  it('sends nothing before Retry-After, not even when the page leaves or flushes', async (test) => {
    useClock(test)
    answers.push(answer(429, '', { 'retry-after': '3' }))
    add('a')
    await pass(test, 100)
    delivery.flush(true)
    delivery.flush()
    add('b')
    await pass(test, 2999)
    assert.equal(sent.length, 1)
    await pass(test, 1)
    assert.deepEqual(batches(), ['a', 'ab'])
  })

  it('lets a leaving page send at once what is not on the wire already', async (test) => {
    useClock(test)
    add('a')
    delivery.flush(true)
    add('b')
    delivery.flush(true)
    await pass(test, 500)
    assert.deepEqual(batches(), ['a', 'b'])
  })

  it('does not repeat in the moment of leaving what the browser calls failed in that moment', async (test) => {
    useClock(test)
    answers.push(outage)
    add('a')
    await pass(test, 100)
    delivery.flush(true)
    assert.equal(sent.length, 1)
    await pass(test, 101)
    delivery.flush(true)
    assert.equal(sent.length, 2)
  })

  it('tries again by itself what a page failed to send when it was hidden', async (test) => {
    useClock(test)
    answers.push(outage)
    add('a')
    delivery.flush(true)
    await pass(test, 0)
    await pass(test, 500)
    assert.deepEqual([sent.length, queue.size], [2, 0])
  })

  it('puts at most 60 KB on the wire at once, oldest first', async (test) => {
    useClock(test)
    const json = JSON.stringify({ id: 'é'.repeat(1000) })
    for (let index = 0; index < 70; index += 1) addEvent(`${index}`, json)
    delivery.wake()
    await pass(test, 100)
    assert.equal(sent[0]?.events.length, 30_000)
  })

  it('goes on until nothing waits', async (test) => {
    useClock(test)
    for (let index = 0; index < 250; index += 1) addEvent(`${index}`, '{"id":"."}')
    delivery.wake()
    for (let round = 0; round < 5; round += 1) await pass(test, 200)
    assert.deepEqual(
      sent.map(({ events }) => events.length),
      [100, 100, 50],
    )
  })

  it('does not wait for the back-off when it is told to flush', async (test) => {
    useClock(test)
    answers.push(outage)
    add('a')
    await pass(test, 100)
    await pass(test, 100)
    delivery.flush()
    await pass(test, 0)
    assert.deepEqual([sent.length, queue.size], [2, 0])
  })

  it('reports once, and only when the collector has heard, what was given up', async (test) => {
    useClock(test)
    answers.push(outage)
    addEvent('huge', 'x'.repeat(40_000))
    add('a')
    await pass(test, 100)
    addEvent('huge', 'x'.repeat(40_000))
    await pass(test, 500)
    add('b')
    await pass(test, 100)
    const reports = sent.map(({ batch }) => batch['dropped'])
    assert.deepEqual(reports, [{ event_too_large: 1 }, { event_too_large: 2 }, undefined])
  })
})
