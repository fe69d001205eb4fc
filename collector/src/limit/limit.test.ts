import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createAdmission } from './admission.ts'
import { createArrivals } from './arrivals.ts'
import { clientNetwork } from './client-network.ts'
import { watchLoopDelay } from './loop-delay.ts'
import { createTokenBuckets } from './token-buckets.ts'

describe('token buckets', () => {
  const open = (more: { maxBuckets?: number } = {}) => {
    const clock = { nowMs: 0 }
    const options = { perSecond: 10, burst: 20, maxBuckets: 100, ...more, nowMs: () => clock.nowMs }
    return { clock, buckets: createTokenBuckets(options) }
  }

  test('a burst passes, then as much as comes back, and a refusal says how long that takes', () => {
    const { clock, buckets } = open()
    for (let count = 0; count < 20; count += 1) assert.equal(buckets.take('a', 1), 0)
    assert.equal(buckets.take('a', 1), 0.1)
    clock.nowMs = 100
    assert.equal(buckets.take('a', 1), 0)
    assert.equal(buckets.take('a', 5), 0.5)
    assert.equal(buckets.take('b', 1), 0)
  })

  test('a bucket never holds more than a burst, and a clock that jumps back takes nothing away', () => {
    const { clock, buckets } = open()
    clock.nowMs = 3_600_000
    assert.equal(buckets.take('a', 20), 0)
    clock.nowMs = 0
    assert.ok(buckets.take('a', 1) > 0)
    clock.nowMs = 1000
    assert.equal(buckets.take('a', 10), 0)
  })

  test('what is larger than any bucket passes a full one, and is paid for afterwards', () => {
    const { clock, buckets } = open()
    assert.equal(buckets.take('a', 50), 0)
    assert.ok(buckets.take('a', 1) > 3)
    clock.nowMs = 5000
    assert.equal(buckets.take('a', 20), 0)
  })

  test('of more names than are remembered, those that still send are', () => {
    const { buckets } = open({ maxBuckets: 10 })
    assert.equal(buckets.take('busy', 20), 0)
    for (let name = 0; name < 1000; name += 1) {
      assert.equal(buckets.take(`name-${name}`, 1), 0)
      assert.ok(buckets.take('busy', 1) > 0)
    }
  })
})

describe('networks of clients', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::a:b:c:d', '2001:db8:0:0'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['203.0.113.7:51234', '203.0.113.7'],
    ['[2001:db8:1:2::9]:443', '2001:db8:1:2'],
    ['[fd00::1]:443', undefined],
    ['127.0.0.1', undefined],
    ['::1', undefined],
    ['::ffff:10.1.2.3', undefined],
    ['172.16.0.1', undefined],
    ['172.32.0.1', '172.32.0.1'],
    ['192.168.1.1', undefined],
    ['fd00::1', undefined],
    ['', undefined],
  ]
  for (const [address, network] of cases)
    test(`${address || 'no address'} counts as ${network ?? 'one of ours'}`, () => {
      assert.equal(clientNetwork(address), network)
    })
})

describe('admission', () => {
  const key = { workspace: 1, name: 'site', trust: 'public', origins: ['*'] } as const
  const open = (delayMs = 0) =>
    createAdmission({
      limits: { addressRequestsPerSecond: 1, keyEventsPerSecond: 10, maxLoopDelayMs: 500 },
      loopDelay: { ms: delayMs },
      nowMs: () => 0,
    })

  test('an address that sends too much is told when to come back, others are let in', () => {
    const admission = open()
    for (let count = 0; count < 10; count += 1)
      assert.equal(admission.refuseRequest('203.0.113.7'), undefined)
    const turned = admission.refuseRequest('203.0.113.7')
    assert.equal(turned?.refusal.code, 'rate_limited')
    assert.equal(turned.retryAfterSeconds, 1)
    assert.equal(admission.refuseRequest('203.0.113.8'), undefined)
    for (let count = 0; count < 100; count += 1) assert.equal(admission.refuseRequest('10.0.0.1'), undefined)
  })

  test('events count under their public key, and never under a secret one', () => {
    const admission = open()
    assert.equal(admission.refuseEvents(key, 100), undefined)
    assert.equal(admission.refuseEvents(key, 1)?.refusal.code, 'rate_limited')
    const secret = { ...key, trust: 'secret', origins: [] } as const
    for (let count = 0; count < 10; count += 1) assert.equal(admission.refuseEvents(secret, 100), undefined)
  })

  test('when the event loop is late, requests are turned away before they are read', () => {
    const turned = open(501).refuseRequest('10.0.0.1')
    assert.equal(turned?.refusal.code, 'unavailable')
    assert.equal(turned.retryAfterSeconds, 1)
  })
})

test('the delay of the event loop is what timers are late by, one pause left out', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let nowMs = 0
  const delay = watchLoopDelay(() => nowMs)
  const tick = (afterMs: number): void => {
    nowMs += afterMs
    t.mock.timers.tick(20)
  }
  tick(20)
  tick(620)
  assert.equal(delay.ms, 0)
  tick(520)
  assert.equal(delay.ms, 500)
  tick(20)
  assert.equal(delay.ms, 0)
  delay.stop()
})

test('when too much is arriving, what has taken longest is cut off, and only as much as is needed', () => {
  const arrivals = createArrivals(100)
  const cut: string[] = []
  const [slow, next, done, last] = ['slow', 'next', 'done', 'last'].map((name) =>
    arrivals.begin(() => cut.push(name)),
  )
  slow?.add(40)
  next?.add(40)
  done?.add(20)
  done?.end()
  last?.add(20)
  assert.deepEqual(cut, [])
  last?.add(30)
  assert.deepEqual(cut, ['slow'])
  assert.equal(arrivals.bytes, 90)
  slow?.add(500)
  slow?.end()
  assert.equal(arrivals.bytes, 90)
})
