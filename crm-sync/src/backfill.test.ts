import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { newPerson, openDesk, until } from '../test-support/desk.ts'
import { forkSync, killHard } from '../test-support/sync-process.ts'
import { EMPTY_FILTER } from './explain/filter.ts'
import { runBackfill } from './explain/run-backfill.ts'

let store: TestWarehouse
before(async () => {
  store = await openTestWarehouse()
})
after(() => store.stop())

/** LEADLINE_BACKFILL_LEADS=100000 into LEADLINE_BACKFILL_ORG=b2b-100k is the whole story; some minutes. */
const LEADS = Number(process.env['LEADLINE_BACKFILL_LEADS'] ?? 2100)
const ORG = process.env['LEADLINE_BACKFILL_ORG'] === 'b2b-100k' ? 'b2b-100k' : 'small'
const START = Date.UTC(2026, 9, 5, 9)
const WAIT_MS = 60_000 + LEADS * 20

const peakMbOf = ({ pid }: ChildProcess): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

test('a backfill that is killed in the middle of a bulk job goes on without a duplicate', async (t) => {
  const desk = await openDesk(store.warehouse, {
    org: { fixtures: ORG },
    crm: { pollMs: 60_000, owners: { assignmentRules: false } },
  })
  const before = { leads: liveLeads(), at: Date.now() }
  function liveLeads(): number {
    return desk.org.admin.records('Lead').filter(({ deletedAtMs }) => deletedAtMs === null).length
  }
  const isJob = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
    method === 'POST' && path.endsWith('/jobs/ingest')
  const people = Array.from({ length: LEADS }, (_, n) =>
    newPerson(`p${n}@fill${n % 997}.example`, {
      sessions: [{ sessionId: randomUUID(), startedAtMs: START + n }],
    }),
  )
  await desk.seed(people)
  const { url, user, password, database } = store
  const fork = () => forkSync({ settings: desk.settings, connection: { url, user, password, database } })
  desk.org.admin.bulk.control({ hold: 'InProgress' })
  let child = fork()
  const done = runBackfill({
    ...desk,
    filter: EMPTY_FILTER,
    restart: false,
    now: Date.now,
    pause: (ms) => setTimeout(ms),
    onProgress: ({ handedOver }) =>
      t.diagnostic(`${handedOver} after ${Date.now() - before.at} ms, peak ${peakMbOf(child).toFixed()} MB`),
  })
  await until(
    () => desk.org.admin.log().some(({ method, path }) => method === 'GET' && path.includes('/jobs/ingest/')),
    'a job is in progress',
    WAIT_MS,
  )
  await killHard(child)
  desk.org.admin.bulk.control({ hold: null })
  desk.org.admin.bulk.release()
  child = fork()
  assert.equal(await done, LEADS)
  await killHard(child)
  const stats = desk.org.admin.stats()
  assert.ok(desk.org.admin.log().some(isJob))
  for (const { method, endpoint, requests, object } of stats.calls)
    t.diagnostic(`${requests} ${method} ${endpoint} ${object ?? ''}`)
  t.diagnostic(`${stats.counted} calls`)
  assert.equal(liveLeads() - before.leads, LEADS)
  const mails = new Set(desk.org.admin.records('Lead').map(({ values }) => values['Email']))
  assert.equal(people.filter(({ email }) => mails.has(email)).length, LEADS)
  assert.equal(stats.noOpWrites, 0)
  const linked = (await desk.links()).filter(({ kind }) => kind === 'contact')
  assert.equal(linked.length, LEADS)
  assert.equal(desk.org.admin.records('Leadline_Activity__c').length, LEADS)
  await desk.close()
})
