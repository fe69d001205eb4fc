import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from '@leadline/runtime'
import { SalesforceError, type ErrorClass, type SalesforceFailure } from '../salesforce/errors.ts'
import { toPending } from './pending.ts'
import type { ItemOutcome, RoundReport } from './round-report.ts'
import { RoundRunner } from './round-runner.ts'
import { WorkQueue } from './work-queue.ts'

const toFailure = (errorClass: ErrorClass): SalesforceFailure => ({
  code: `A_${errorClass}`,
  class: errorClass,
  status: 400,
  detail: '',
  fields: [],
})

const toReport = (outcomes: Readonly<Record<string, ItemOutcome>> = {}): RoundReport => ({
  outcomes: new Map(Object.entries(outcomes)),
  held: new Set(),
  deferred: new Set(),
  written: new Set(),
  counts: { created: 1, updated: 0, deleted: 0, skipped: 0 },
  causes: new Map(),
  isSchemaStale: false,
  failure: undefined,
})

/** A runner whose rounds are answered here; what becomes of each item is seen at its waiter and in the queue. */
function open(answer: (ids: readonly string[]) => RoundReport) {
  const options = {
    holdDownMs: 0,
    maxHoldMs: 0,
    refreshMs: 1000,
    retryTimes: { baseMs: 100, maxMs: 100, brokenMs: 100, budgetMs: 100 },
    now: () => 0,
    random: () => 1,
  }
  const queue = new WorkQueue(options)
  const rounds: (readonly string[])[] = []
  const refused: string[] = []
  const finished: string[] = []
  let forgotten = 0
  const runner = new RoundRunner(
    {
      ...options,
      runRound: async (items) => {
        const ids = items.map(({ id }) => id)
        rounds.push(ids)
        return await Promise.resolve(ids).then(answer)
      },
      onSettled: async () => undefined,
      recordRefusal: async ({ id }) => void refused.push(await Promise.resolve(id)),
      forgetOrg: () => (forgotten += 1),
      log: createLog('crm-sync', () => undefined),
    },
    queue,
  )
  const run = (...ids: readonly string[]): Promise<void> =>
    runner.run(
      ids.map((id) =>
        toPending({ v: 1, workspace: 1, kind: 'contact', id, reason: 'lead', version: '1' }, () =>
          finished.push(id),
        ),
      ),
    )
  return { runner, queue, rounds, refused, finished, run, forgotten: () => forgotten }
}

test('each item ends done, parked or back in the queue, as the round says', async () => {
  const { runner, queue, finished, run } = open(() =>
    toReport({ 'contact:b': { to: 'parked' }, 'contact:c': { to: 'retry', failure: toFailure('retry') } }),
  )
  await run('a', 'b', 'c')
  assert.deepEqual(finished, ['a', 'b'])
  assert.equal(queue.size, 1)
  assert.deepEqual([runner.counts.parked, runner.counts.created], [1, 1])
})

test('a call that is refused for one item is halved until only that one is parked', async () => {
  const { runner, queue, refused, finished, run } = open((ids) => {
    if (ids.includes('bad')) throw new SalesforceError(toFailure('bug'))
    return toReport()
  })
  await run('a', 'b', 'bad', 'c')
  assert.deepEqual(refused, ['bad'])
  assert.deepEqual(finished.toSorted(), ['a', 'b', 'bad', 'c'])
  assert.equal(queue.size, 0)
  assert.equal(runner.counts.parked, 1)
})

test('when the outside is to blame nothing is halved or parked: all of it comes again', async () => {
  let isAway = true
  const { runner, queue, rounds, finished, run } = open(() => {
    if (isAway) throw new SalesforceError(toFailure('retry'))
    return toReport()
  })
  await run('a', 'b')
  assert.deepEqual(rounds, [['a', 'b']])
  assert.equal(queue.size, 2)
  assert.equal(runner.brokenBy, 'A_retry')
  isAway = false
  await run('a', 'b')
  assert.deepEqual(finished, ['a', 'b'])
  assert.equal(runner.brokenBy, undefined)
})

test('an org that is not set up is described anew', async () => {
  const { run, forgotten } = open(() => {
    throw new SalesforceError(toFailure('config'))
  })
  await run('a')
  assert.equal(forgotten(), 1)
})

test('a company that came along and was not written gets work of its own', async () => {
  const { queue, finished, run } = open(() =>
    toReport({ 'company:acme': { to: 'retry', failure: toFailure('retry') } }),
  )
  await run('a')
  assert.deepEqual(finished, ['a'])
  assert.equal(queue.size, 1)
})
