import assert from 'node:assert/strict'
import { beforeEach, describe, it, mock, type TestContext } from 'node:test'
import { failures } from '../failures.ts'
import { backoffMs, openDelivery, type Delivery } from './delivery.ts'
import { openQueue, type EventQueue } from './event-queue.ts'
import type { Outcome } from './send-batch.ts'

const delivered: Outcome = { reasonOf: () => undefined }
const retryAfter = (afterMs: number): Outcome => ({ waitMs: afterMs })

describe('backoffMs', () => {
  it('doubles from half a second to a minute', () => {
    assert.deepEqual(
      [0, 1, 2, 7, 50].map((tries) => backoffMs(tries, 0)),
      [500, 1000, 2000, 60_000, 60_000],
    )
  })

  it('takes up to half away at random', () => {
    assert.deepEqual([backoffMs(1, 0.5), backoffMs(1, 1)], [750, 500])
  })

  it('is what the server asks for, up to five minutes', () => {
    assert.deepEqual([backoffMs(3, 1, 2000), backoffMs(3, 1, 1e9)], [2000, 300_000])
  })
})

describe('delivery', () => {
  let queue: EventQueue
  let outcomes: Outcome[]
  let sent: { readonly keys: string[]; readonly keepalive: boolean; readonly atMs: number }[]
  let delivery: Delivery

  beforeEach(() => {
    // No storage in this run-time: the queue lives in memory.
    queue = openQueue('')
    outcomes = []
    sent = []
    Object.keys(failures.dropped).forEach((reason) => delete failures.dropped[reason])
    delivery = openDelivery(queue, async (events, keepalive) => {
      sent.push({ keys: events.map(([key]) => key), keepalive, atMs: Date.now() })
      return outcomes.shift() ?? delivered
    })
  })

  const add = (...ids: string[]): void => {
    for (const id of ids) {
      queue.add(id, '{}')
      delivery.wake()
    }
  }
  /** Moves the clock and lets answers be read. */
  const pass = async ({ mock: { timers } }: TestContext, ms: number): Promise<void> => {
    timers.tick(ms)
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
  }
  const useClock = (test: TestContext): void => test.mock.timers.enable({ apis: ['setTimeout', 'Date'] })

  it('waits for company, less for the first events of a page', async (test) => {
    useClock(test)
    add('a', 'b')
    await pass(test, 20)
    add('c')
    await pass(test, 20)
    add('d')
    await pass(test, 180)
    assert.deepEqual(
      sent.map(({ keys }) => keys),
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    )
    assert.equal(queue.events.size, 0)
  })

  it('does not wait once ten are there', async (test) => {
    useClock(test)
    add('first')
    await pass(test, 20)
    add('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
    await pass(test, 0)
    assert.equal(sent[1]?.keys.length, 10)
  })

  it('halves a batch that is too large, and drops what is too large by itself', async (test) => {
    useClock(test)
    const tooLarge: Outcome = { isTooLarge: true, reasonOf: () => 'http_413' }
    outcomes.push(tooLarge, tooLarge, tooLarge)
    add('a', 'b', 'c', 'd')
    for (let round = 0; round < 8; round += 1) await pass(test, 200)
    assert.deepEqual(
      sent.map(({ keys }) => keys.join('')),
      ['abcd', 'ab', 'a', 'b', 'c', 'd'],
    )
    assert.deepEqual(failures.dropped, { http_413: 1 })
  })

  it('drops a refused batch and counts its events', async (test) => {
    useClock(test)
    outcomes.push({ reasonOf: () => 'http_401' })
    add('a', 'b')
    await pass(test, 20)
    assert.deepEqual([failures.dropped, queue.events.size], [{ http_401: 2 }, 0])
  })

  it('backs off by itself and longer each time, then sends without keepalive', async (test) => {
    useClock(test)
    const retry = retryAfter(NaN)
    outcomes.push(retry, retry, retry)
    mock.method(Math, 'random', () => 0)
    add('a')
    for (let second = 0; second < 50; second += 1) await pass(test, 100)
    mock.restoreAll()
    const [first = 0, ...later] = sent.map(({ atMs }) => atMs)
    assert.deepEqual(
      later.map((atMs) => Math.round((atMs - first) / 500)),
      [1, 3, 7],
    )
    assert.deepEqual(
      sent.map(({ keepalive }) => keepalive),
      [true, false, false, false],
    )
    assert.equal(queue.events.size, 0)
  })

  it('sends nothing before Retry-After, not even when the page leaves or flushes', async (test) => {
    useClock(test)
    outcomes.push(retryAfter(3000))
    add('a')
    await pass(test, 20)
    delivery.leave()
    void delivery.flush()
    add('b')
    await pass(test, 2999)
    assert.equal(sent.length, 1)
    await pass(test, 1)
    assert.deepEqual(sent[1]?.keys, ['a', 'b'])
  })

  it('lets a leaving page send at once what is not on the wire already', async (test) => {
    useClock(test)
    add('a')
    delivery.leave()
    add('b')
    delivery.leave()
    await pass(test, 500)
    assert.deepEqual(
      sent.map(({ keys }) => keys),
      [['a'], ['b']],
    )
  })

  it('does not repeat in the moment of leaving what the browser calls failed in that moment', async (test) => {
    useClock(test)
    outcomes.push(retryAfter(NaN))
    add('a')
    await pass(test, 20)
    delivery.leave()
    assert.equal(sent.length, 1)
    await pass(test, 101)
    delivery.leave()
    assert.equal(sent.length, 2)
  })

  it('tries again by itself what a page failed to send when it was hidden', async (test) => {
    useClock(test)
    outcomes.push(retryAfter(3000))
    add('a')
    delivery.leave()
    await pass(test, 0)
    await pass(test, 2999)
    assert.equal(sent.length, 1)
    await pass(test, 1)
    assert.equal(sent.length, 2)
    assert.equal(queue.events.size, 0)
  })

  it('puts at most 60 KB on the wire at once, oldest first', async (test) => {
    useClock(test)
    const text = 'é'.repeat(1000)
    for (let index = 0; index < 70; index += 1) queue.add(`${index}`, text)
    delivery.wake()
    await pass(test, 0)
    assert.deepEqual(
      sent[0]?.keys,
      Array.from({ length: 30 }, (_, index) => `${index}`),
    )
  })

  it('goes on until nothing waits', async (test) => {
    useClock(test)
    add(...Array.from({ length: 250 }, (_, index) => `${index}`))
    for (let round = 0; round < 5; round += 1) await pass(test, 200)
    assert.deepEqual(
      sent.map(({ keys }) => keys.length),
      [100, 100, 50],
    )
  })

  it('does not wait for the back-off when it is told to flush', async (test) => {
    useClock(test)
    outcomes.push(retryAfter(NaN))
    add('a')
    await pass(test, 20)
    void delivery.flush()
    await pass(test, 0)
    assert.equal(sent.length, 2)
  })
})
