import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as check, array, property, string, tuple } from 'fast-check'
import { openTestDoor } from '../../test-support/open-test-door.ts'
import { SalesforceError } from '../salesforce/errors.ts'
import { parseCsv, writeCsv } from './csv.ts'
import { writeInBulk, type BulkWork } from './ingest.ts'
import type { BegunJob, JobStore } from './job-store.ts'
import { bulkQuery } from './query-job.ts'

const times = { pollMs: 1, maxPollMs: 2, deadlineMs: 2000 }

/** What survives a killed process. */
function createKeptJobs(): JobStore & { readonly kept: Map<string, BegunJob> } {
  const kept = new Map<string, BegunJob>()
  return {
    kept,
    load: async (key) => kept.get(key),
    async save(key, job) {
      if (job) kept.set(key, job)
      else kept.delete(key)
    },
  }
}

const COLUMNS = ['Company', 'Email', 'LastName', 'Leadline_Id__c']
const lead = (id: string, more: Readonly<Record<string, string | null>> = {}) => ({
  Company: 'Acme',
  Email: `${id}@bulk.example`,
  LastName: 'Doe',
  Leadline_Id__c: id,
  ...more,
})
const upsertOf = (rows: BulkWork['rows'], more: Partial<BulkWork> = {}): BulkWork => ({
  key: 'leads',
  object: 'Lead',
  operation: 'upsert',
  idField: 'Leadline_Id__c',
  columns: COLUMNS,
  rows,
  ...more,
})

const isOutcome = (code: string) => (error: unknown) =>
  error instanceof SalesforceError && error.failure.code === code

test('any text comes through a CSV unchanged', () => {
  const cell = string({ unit: 'grapheme' }).filter((text) => text.trim().toUpperCase() !== '#N/A')
  check(
    property(array(tuple(cell, cell)), (cells) => {
      const rows = cells.map(([first, second]) => ({ First: first, Second: second }))
      assert.deepEqual(parseCsv(writeCsv(['First', 'Second'], rows)), rows)
    }),
  )
})

test('null clears, a missing value and text that looks like the sign do not', () => {
  const csv = writeCsv(['A', 'B'], [{ A: null }, { A: '#N/A', B: ' #n/a' }])
  assert.equal(csv, '"A","B"\n"#N/A",""\n"N/A"," n/a"\n')
})

test('each row has its result by external id, whatever the order; hostile text arrives as it is', async (t) => {
  const { org, send } = await openTestDoor(t)
  const hostile = '=cmd|"/c calc"!A1, \\ \'; 🦄 \u202Eabc'
  const rows = [...Array(40).keys()].map((index) =>
    lead(`id-${index}`, index === 7 ? { LastName: hostile } : {}),
  )
  const outcome = await writeInBulk(
    { send, times, jobs: createKeptJobs() },
    upsertOf([...rows, lead('bad', { Email: 'no mail' })]),
  )
  assert.equal(outcome.state, 'JobComplete')
  for (const row of rows) assert.equal(outcome.results.get(row['Leadline_Id__c'])?.ok, true)
  const bad = outcome.results.get('bad')
  assert.ok(bad && !bad.ok)
  assert.equal(bad.failure.code, 'INVALID_EMAIL_ADDRESS')
  assert.equal(bad.failure.class, 'data')
  const [stored] = org.admin.records('Lead', "Leadline_Id__c = 'id-7'")
  assert.equal(stored?.values['LastName'], hostile)
})

test('a field that is cleared on purpose is empty, others stay', async (t) => {
  const { org, send } = await openTestDoor(t)
  const jobs = createKeptJobs()
  const first = await writeInBulk({ send, times, jobs }, upsertOf([lead('a'), lead('b')]))
  await first.done()
  const rows = [
    { Leadline_Id__c: 'a', Email: null },
    { Leadline_Id__c: 'b', Email: '' },
  ]
  await writeInBulk({ send, times, jobs }, upsertOf(rows, { columns: ['Email', 'Leadline_Id__c'] }))
  const mails = org.admin.records('Lead').map(({ values }) => [values['Leadline_Id__c'], values['Email']])
  assert.deepEqual(
    mails.toSorted(([a], [b]) => String(a).localeCompare(String(b))),
    [
      ['a', null],
      ['b', 'b@bulk.example'],
    ],
  )
})

test('a job that fails half way says which rows are in, and which were not looked at', async (t) => {
  const { org, send } = await openTestDoor(t)
  org.admin.bulk.control({ failAfter: 3 })
  const rows = [...Array(5).keys()].map((index) => lead(`id-${index}`))
  const outcome = await writeInBulk({ send, times, jobs: createKeptJobs() }, upsertOf(rows))
  assert.equal(outcome.state, 'Failed')
  const results = [...outcome.results.values()]
  assert.equal(results.filter(({ ok }) => ok).length, 3)
  assert.equal(results.filter((result) => !result.ok && result.failure.code === 'unprocessed').length, 2)
})

test('a job that takes too long is taken up again and not sent again', async (t) => {
  const { org, send, count } = await openTestDoor(t)
  const jobs = createKeptJobs()
  org.admin.bulk.control({ hold: 'InProgress' })
  const work = upsertOf([lead('a'), lead('b')])
  await assert.rejects(
    writeInBulk({ send, jobs, times: { ...times, deadlineMs: 5 } }, work),
    isOutcome('bulk_pending'),
  )
  org.admin.bulk.release()
  const outcome = await writeInBulk({ send, jobs, times }, work)
  assert.equal(outcome.results.get('a')?.ok, true)
  assert.equal(count(/\/jobs\/ingest$/), 1)
  assert.equal(count(/\/batches$/), 1)
  await outcome.done()
  assert.equal(jobs.kept.size, 0)
})

test('a process that ends at any request leaves a job that the next one finishes, once', async (t) => {
  const { org, send } = await openTestDoor(t)
  const rows = [lead('a'), lead('b')]
  const jobs = createKeptJobs()
  for (const path of ['/jobs/ingest$', '/batches$', '/jobs/ingest/\\w+$', 'successfulResults']) {
    for (const method of ['POST', 'PUT', 'PATCH', 'GET'])
      org.admin.faults.add({ match: { path, method }, times: 1, action: { type: 'dropAfter' } })
  }
  let outcome
  for (let attempt = 0; outcome === undefined && attempt < 20; attempt += 1)
    outcome = await writeInBulk({ send, jobs, times }, upsertOf(rows)).catch((error: unknown) => {
      assert.ok(error instanceof SalesforceError)
      return undefined
    })
  assert.equal(outcome?.results.get('b')?.ok, true)
  assert.equal(org.admin.records('Lead').length, 2)
  const uploads = org.admin.log().filter(({ path, status }) => path.endsWith('/batches') && status !== 400)
  assert.equal(uploads.length, 1)
})

test('a large query comes page by page, its end is known, and nothing is lost', async (t) => {
  const { org, send } = await openTestDoor(t)
  const rows = [...Array(7).keys()].map((index) => lead(`id-${index}`))
  await writeInBulk({ send, times, jobs: createKeptJobs() }, upsertOf(rows))
  org.admin.bulk.control({ pageSize: 2 })
  const pages: number[] = []
  const ids: string[] = []
  for await (const page of bulkQuery({ send, times }, 'SELECT Id, Leadline_Id__c FROM Lead')) {
    pages.push(page.length)
    ids.push(...page.map((row) => row['Leadline_Id__c'] ?? ''))
  }
  assert.deepEqual(pages, [2, 2, 2, 1])
  assert.deepEqual(
    ids.toSorted(),
    rows.map((row) => row['Leadline_Id__c']),
  )
})
