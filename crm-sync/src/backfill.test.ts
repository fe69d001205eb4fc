import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { newPerson, openDesk, until, type Desk, type SeededPerson } from '../test-support/desk.ts'
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

test('people go on signing up beside a bulk job, also after a kill, and its own wait for its end', async (t) => {
  const desk = await openDesk(store.warehouse, { org: { fixtures: ORG }, crm: { pollMs: 60_000 } })
  const before = { leads: liveLeads().length, at: Date.now() }
  function liveLeads() {
    return desk.org.admin.records('Lead').filter(({ deletedAtMs }) => deletedAtMs === null)
  }
  const leadsOf = (mail: string) => liveLeads().filter(({ values }) => values['Email'] === mail)
  const people = Array.from({ length: LEADS }, (_, n) =>
    newPerson(`p${n}@fill${n % 997}.example`, {
      sessions: [{ sessionId: randomUUID(), startedAtMs: START + n }],
    }),
  )
  await desk.seed(people)
  const { url, user, password, database } = store
  const fork = () => forkSync({ settings: desk.settings, connection: { url, user, password, database } })
  t.after(async () => {
    child.kill('SIGKILL')
    await desk.close()
  })
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
  const isLooked = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
    method === 'GET' && path.includes('/jobs/ingest/')
  await until(() => desk.org.admin.log().some(isLooked), 'a job is in progress', WAIT_MS)
  const upload = desk.org.admin.log().find(({ method }) => method === 'PUT')?.body ?? ''
  const [inJob, alsoInJob] = people.filter(({ email }) => upload.includes(`"${email}"`))
  assert.ok(inJob && alsoInJob)
  const signUp = async (person: SeededPerson): Promise<void> => {
    await desk.seed([person])
    await desk.work('contact', [person.contactId], 'identity')
  }
  await signUp({ ...inJob, traits: { title: 'Known since' } })
  await signUp(newPerson(alsoInJob.email))
  await signUp(newPerson('first@beside.example'))
  await until(() => leadsOf('first@beside.example').length === 1, 'the first is there', WAIT_MS)
  await killHard(child)
  child = fork()
  await signUp(newPerson('second@beside.example'))
  await until(() => leadsOf('second@beside.example').length === 1, 'the second is there', WAIT_MS)
  assert.deepEqual([...leadsOf(inJob.email), ...leadsOf(alsoInJob.email)], [])
  desk.org.admin.bulk.release()
  // Those who signed up meanwhile may be among the last pages.
  assert.ok((await done) >= LEADS)
  await until(() => leadsOf(inJob.email)[0]?.values['Title'] === 'Known since', 'what waited is written')
  await until(
    async () => (await parkedCodes(desk)).length > 0,
    'the other with the mail is left for a person',
  )
  assert.deepEqual(await parkedCodes(desk), ['record_taken'])
  await killHard(child)
  const stats = desk.org.admin.stats()
  for (const { method, endpoint, requests, object } of stats.calls)
    t.diagnostic(`${requests} ${method} ${endpoint} ${object ?? ''}`)
  t.diagnostic(`${stats.counted} calls, ${Date.now() - before.at} ms`)
  assert.equal(liveLeads().length - before.leads, LEADS + 2)
  const mails = new Set(liveLeads().map(({ values }) => values['Email']))
  assert.equal(people.filter(({ email }) => mails.has(email)).length, LEADS)
  assert.equal(stats.noOpWrites, 0)
  const linked = (await desk.links()).filter(({ kind }) => kind === 'contact')
  assert.equal(linked.length, LEADS + 2)
  assert.equal(desk.org.admin.records('Leadline_Activity__c').length, LEADS)
})

/** Of each subject once: it may be looked at again with the last page, and is then told again. */
async function parkedCodes(desk: Desk): Promise<readonly string[]> {
  const failed = (await desk.deliveries()).filter(({ outcome }) => outcome === 'failed')
  return [...new Map(failed.map(({ id, code }) => [id, code])).values()]
}
