import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergePending, toPending, toRefresh, type Pending } from './pending.ts'
import { WorkQueue } from './work-queue.ts'

const RETRIES = { baseMs: 100, maxMs: 1000, brokenMs: 5000, budgetMs: 60_000 }

function open(holdDownMs = 1000) {
  const clock = { ms: 10_000, pace: 1 }
  const queue = new WorkQueue({
    holdDownMs,
    maxHoldMs: 3000,
    refreshMs: 60_000,
    pace: () => clock.pace,
    retryTimes: RETRIES,
    now: () => clock.ms,
    random: () => 1,
  })
  const takeAt = (ms: number): readonly string[] => {
    clock.ms = ms
    const { items, refreshes } = queue.takeDue()
    return [...items, ...refreshes].map(({ id, reason }) => `${id} ${reason}`)
  }
  return { queue, clock, takeAt }
}

const work = (id: string, reason: string, done: () => void = () => undefined): Pending =>
  toPending({ v: 1, workspace: 1, kind: 'contact', id, reason, version: '7' }, done)

test('an identity change waits for quiet, other news of a person only for their burst', () => {
  const { queue, takeAt } = open()
  queue.add(work('ann', 'identity'))
  queue.add(work('bob', 'lead'))
  assert.equal(queue.nextDueMs(), 10_500)
  assert.deepEqual(takeAt(10_500), ['bob lead'])
  assert.deepEqual(takeAt(11_000), ['ann identity'])
  assert.equal(queue.nextDueMs(), undefined)
})

test('a change of a company goes along with whoever is due, and alone after the longest wait', () => {
  const { queue, takeAt } = open()
  const company = { ...work('acme', 'company'), kind: 'company' } as const
  queue.add(work('ann', 'identity'))
  queue.add(company)
  assert.deepEqual(takeAt(10_999), [])
  assert.deepEqual(takeAt(11_000), ['ann identity', 'acme company'])
  queue.add(company)
  assert.equal(queue.nextDueMs(), 14_000)
  assert.deepEqual(takeAt(14_000), ['acme company'])
})

test('a person who comes alone waits for nobody; while people keep coming, rounds begin the quiet time apart', () => {
  const { queue, clock, takeAt } = open()
  queue.add(work('ann', 'identity'))
  clock.ms = 10_300
  queue.add(work('bob', 'identity'))
  assert.equal(queue.nextDueMs(), 11_000)
  assert.deepEqual(takeAt(11_000), ['ann identity'])
  queue.add(work('cy', 'lead'))
  assert.equal(queue.nextDueMs(), 12_000)
  assert.deepEqual(takeAt(12_000), ['bob identity', 'cy lead'])
})

test('no change waits longer than the quiet time that is set', () => {
  const { queue } = open(20)
  queue.add(work('ann', 'lead'))
  assert.equal(queue.nextDueMs(), 10_020)
})

test('visits and refreshes wait for the next tick, and go in one round', () => {
  const { queue, clock, takeAt } = open()
  queue.add(work('ann', 'session'))
  clock.ms = 14_000
  queue.add(work('bob', 'session'))
  queue.refreshNow('cy')
  assert.equal(queue.nextDueMs(), 15_000)
  assert.deepEqual(takeAt(15_000), ['ann session', 'bob session', 'cy refresh'])
})

test('where calls get short, visits wait for rarer ticks, and other news do not', () => {
  const { queue, clock } = open()
  clock.pace = 8
  queue.add(work('ann', 'session'))
  queue.refreshNow('cy')
  assert.equal(queue.nextDueMs(), 120_000)
  queue.add(work('bob', 'lead'))
  assert.equal(queue.nextDueMs(), 10_500)
})

test('a visit waits no longer when there is other news of its person', () => {
  const { queue, takeAt } = open()
  queue.add(work('ann', 'session'))
  queue.add(work('ann', 'lead'))
  assert.equal(takeAt(10_500).length, 1)
})

test('merged work tells the identity change, the first version, and everybody who waits', () => {
  const told: string[] = []
  const earlier = work('ann', 'identity', () => told.push('first'))
  const later = { ...work('ann', 'session', () => told.push('second')), version: '9', attempt: 2 }
  const { reason, version, attempt, waiters } = mergePending(earlier, later)
  for (const done of waiters) done()
  assert.deepEqual({ reason, version, attempt }, { reason: 'identity', version: '7', attempt: 2 })
  assert.deepEqual(told, ['first', 'second'])
})

test('an item that failed comes again after its pause, with one try more', () => {
  const { queue, clock } = open()
  queue.postpone(work('ann', 'lead'), 'budget')
  assert.equal(queue.nextDueMs(), 70_000)
  clock.ms = 70_000
  assert.deepEqual(
    queue.takeDue().items.map(({ attempt }) => attempt),
    [1],
  )
})

test('a refresh that failed is a refresh again, and nothing that anybody waits for', () => {
  const { queue, takeAt } = open()
  queue.postpone(toRefresh('ann', 10_000), 'auth')
  assert.equal(queue.size, 0)
  assert.deepEqual(takeAt(14_999), [])
  assert.deepEqual(takeAt(15_000), ['ann refresh'])
})

test('a contact that is looked at for its work is not refreshed besides', () => {
  const { queue, takeAt } = open()
  queue.refreshNow('ann')
  queue.add(work('ann', 'lead'))
  assert.deepEqual(takeAt(10_500), ['ann lead'])
  assert.equal(queue.nextDueMs(), undefined)
})

test('draining, everything held is due, refreshes are left, and failures do not come back', () => {
  const { queue, takeAt } = open()
  queue.add(work('ann', 'identity'))
  queue.refreshNow('bob')
  queue.drain()
  assert.deepEqual(takeAt(10_000), ['ann identity'])
  queue.postpone(work('ann', 'identity'), 'retry')
  assert.equal(queue.nextDueMs(), undefined)
})

test('a backfill waits until no more of it comes in, or a page is there, and has rounds of its own', () => {
  const { queue, clock, takeAt } = open()
  queue.add(work('ann', 'backfill'))
  clock.ms = 11_500
  queue.add(work('bob', 'backfill'))
  queue.add(work('cy', 'lead'))
  assert.equal(queue.nextFillMs(), 13_500)
  assert.deepEqual(takeAt(13_500), ['cy lead'])
  assert.equal(queue.nextDueMs(), undefined)
  assert.deepEqual(
    queue.takeFill().map(({ id }) => id),
    ['ann', 'bob'],
  )
  for (let n = 0; n < 5001; n += 1) queue.add(work(`p${n}`, 'backfill'))
  assert.equal(queue.nextFillMs(), 13_500)
  assert.equal(queue.takeFill().length, 5000)
  assert.equal(queue.size, 1)
})

test('what somebody else has in hand waits for its end, and more of it is merged in', () => {
  const told: string[] = []
  const { queue, clock, takeAt } = open()
  queue.wait(work('ann', 'lead', () => told.push('first')))
  assert.equal(queue.nextDueMs(), undefined)
  assert.equal(queue.size, 1)
  queue.add(work('ann', 'identity', () => told.push('second')))
  queue.endWait()
  assert.deepEqual(takeAt(10_000), [])
  clock.ms = 11_000
  const [item] = queue.takeDue().items
  for (const done of item?.waiters ?? []) done()
  assert.deepEqual(told, ['first', 'second'])
  assert.equal(queue.size, 0)
})
