import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createLog } from '@leadline/runtime'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { CallBudget } from './call-budget.ts'
import { loadCalls, startCallLedger } from './call-ledger.ts'

let store: TestWarehouse
before(async () => {
  store = await openTestWarehouse()
})
after(() => store.stop())

const HOUR = 3_600_000
const START = Date.UTC(2026, 10, 21, 10, 30)
const RULES = { sharePercent: 50, callsPerDay: 100, stopAtPercent: 80 }
const log = createLog('crm-sync', () => undefined)

test('what another process called, and this one before its restart, is not to be spent again', async () => {
  const place = { warehouse: store.warehouse, ws: 1, log }
  const first = new CallBudget(RULES)
  const ledger = await startCallLedger({ ...place, window: first.window, now: () => START })
  for (let call = 0; call < 70; call += 1) first.window.note('backfill', START)
  await ledger.stop()

  const second = new CallBudget(RULES)
  const next = await startCallLedger({ ...place, window: second.window, now: () => START + 1 })
  assert.equal(second.refusal('backfill', START + 1)?.code, 'lane_spent')
  assert.equal(second.refusal('timeline', START + 1), undefined)
  for (let call = 0; call < 10; call += 1) second.window.note('owner', START + HOUR)
  await next.stop()
  const counts = await loadCalls(store.warehouse, { ws: 1, nowMs: START + HOUR })
  assert.deepEqual(
    counts.map(({ lane, calls }) => [lane, calls]).toSorted(([a], [b]) => String(a).localeCompare(String(b))),
    [
      ['backfill', 70],
      ['owner', 10],
    ],
  )
})

test('calls stop counting a day later, and a refusal says when', () => {
  const budget = new CallBudget(RULES)
  for (let call = 0; call < 60; call += 1) budget.window.note('backfill', START)
  const refusal = budget.refusal('backfill', START)
  assert.ok(refusal?.retryAtMs !== undefined && refusal.retryAtMs > START + 23 * HOUR)
  assert.equal(budget.refusal('backfill', refusal.retryAtMs), undefined)
})

test('what the org as a whole used is believed for a quarter of an hour, then one call may look', () => {
  const budget = new CallBudget({ ...RULES, callsPerDay: undefined })
  budget.noteUsage({ used: 99_000, limit: 100_000 }, START)
  assert.equal(budget.refusal('owner', START)?.code, 'lane_spent')
  assert.equal(budget.refusal('owner', START + 16 * 60_000), undefined)
})
