import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestDoor, type TestDoor } from '../../test-support/open-test-door.ts'
import { applyPlan } from '../apply/apply-plan.ts'
import type { Operation } from '../plan/operation.ts'
import { until } from '../../test-support/desk.ts'
import { bulkJob } from './await-job.ts'
import { createBulkWriter } from './bulk-writer.ts'
import { InHand } from '../sync/in-hand.ts'
import type { BegunJob } from './job-store.ts'

const MANY = 2001
const OPTIONS = { assignmentRules: false }

const leadOf = (n: number): Operation => ({
  object: 'Lead',
  action: 'upsert',
  kind: 'contact',
  id: `lead-${n}`,
  externalId: `lead-${n}`,
  crmId: '',
  reason: 'backfill',
  workKeys: [`contact:lead-${n}`],
  fields: {
    LastName: { old: null, new: `Doe ${n}` },
    Company: { old: null, new: 'Acme' },
    Email: { old: null, new: n === 7 ? 'no mail' : `p${n}@many.example` },
    ...(n % 2 === 0 ? { Title: { old: null, new: 'Even' } } : {}),
  },
})

const rowOf = (n: number): Operation => ({
  ...leadOf(n),
  object: 'Leadline_Activity__c',
  kind: 'session',
  id: `visit-${n}`,
  externalId: `visit-${n}`,
  fields: { Leadline_Lead__c: { old: null, new: { object: 'Lead', externalId: `lead-${n}` } } },
})

const openDoor = async (t: TestContext) => ({ ...(await openTestDoor(t)), apiVersion: '62.0' })

const leads = Array.from({ length: MANY }, (_, n) => leadOf(n))

/** A new process: only what is stored is left of the one before. */
function createWriter({ send }: Pick<TestDoor, 'send'>, stored: Map<string, BegunJob>, callsOfJob = 10) {
  const times = { pollMs: 1, maxPollMs: 20, deadlineMs: 300 }
  return createBulkWriter({
    send,
    times,
    inHand: new InHand(),
    callsOfJob,
    jobs: {
      load: async (key) => stored.get(key),
      async save(key, job) {
        if (job) stored.set(key, job)
        else stored.delete(key)
      },
    },
  })
}

test('many new records go in one job, each with its result, and what hangs on them follows', async (t) => {
  const door = await openDoor(t)
  const stored = new Map<string, BegunJob>()
  const bulk = createWriter(door, stored)
  await bulk.settle()
  const rows = [rowOf(0), rowOf(7)]
  const { applied, unsent, failure } = await applyPlan(door, [...leads, ...rows], {
    ...OPTIONS,
    bulk: bulk.open(new InHand().open()),
  })
  assert.equal(failure, undefined)
  assert.equal(door.count(/\/jobs\/ingest$/), 1)
  assert.equal(door.count(/sobjects\/Lead\//), 0)
  assert.equal(applied.filter(({ result }) => result.ok && result.created).length, MANY)
  const [bad] = applied.filter(({ result }) => !result.ok)
  assert.equal(bad?.operation.id, 'lead-7')
  assert.ok(bad && !bad.result.ok && bad.result.failure.code === 'INVALID_EMAIL_ADDRESS')
  assert.deepEqual(
    unsent.map(({ id }) => id),
    ['visit-7'],
  )
  const titles = door.org.admin.records('Lead').map(({ values }) => values['Title'])
  assert.equal(titles.filter((title) => title === 'Even').length, 1001)
  assert.equal(stored.size, 0)
})

test('after a process that ended in the middle of a job, the next reads only when the job has ended', async (t) => {
  const door = await openDoor(t)
  const stored = new Map<string, BegunJob>()
  door.org.admin.bulk.control({ hold: 'InProgress' })
  const first = await applyPlan(door, leads, {
    ...OPTIONS,
    bulk: createWriter(door, stored).open(new InHand().open()),
  })
  assert.equal(first.failure?.failure.code, 'bulk_pending')
  assert.equal(stored.size, 1)
  door.org.admin.bulk.release()
  await createWriter(door, stored).settle()
  assert.equal(door.org.admin.records('Lead').length, MANY - 1)
  assert.equal(stored.size, 0)
})

test('what a job that failed did not look at goes as collections', async (t) => {
  const door = await openDoor(t)
  door.org.admin.bulk.control({ failAfter: 1000 })
  const bulk = createWriter(door, new Map())
  const { applied } = await applyPlan(door, leads, { ...OPTIONS, bulk: bulk.open(new InHand().open()) })
  assert.equal(applied.length, MANY)
  assert.equal(applied.filter(({ result }) => result.ok).length, MANY - 1)
  assert.equal(door.org.admin.records('Lead').length, MANY - 1)
})

const opOf = (more: Pick<Operation, 'object' | 'kind' | 'id'> & Partial<Operation>): Operation => ({
  action: 'upsert',
  externalId: more.id,
  crmId: '',
  reason: 'backfill',
  workKeys: [`contact:${more.id}`],
  fields: {},
  ...more,
})
const byText = (a: unknown, b: unknown): number => String(a).localeCompare(String(b))
const to = (value: Operation['fields'][string]['new']) => ({ old: null, new: value })

test('Accounts, updates and timeline rows go in jobs too, each row with its own result', async (t) => {
  const door = await openDoor(t)
  const { admin } = door.org
  const lead = admin.raw({
    object: 'Lead',
    values: { LastName: 'Known', Company: 'A', Title: 'CTO', Leadline_Id__c: 'known' },
  })
  admin.rules.validation({ name: 'V', object: 'Account', if: "Name = 'Bad'", message: 'No, never.' })
  const accounts = ['Good', 'Bad', 'Fine'].map((name) =>
    opOf({ object: 'Account', kind: 'company', id: name, fields: { Name: to(name) } }),
  )
  const people = ['Good', 'Bad'].map((name) =>
    opOf({
      object: 'Contact',
      kind: 'contact',
      id: `of-${name}`,
      fields: { LastName: to(name), AccountId: to({ object: 'Account', externalId: name }) },
    }),
  )
  const updates = [lead, '00Q000000000999'].map((crmId) =>
    opOf({ object: 'Lead', kind: 'contact', id: crmId, action: 'update', crmId, fields: { Phone: to('1') } }),
  )
  const row = opOf({
    object: 'Leadline_Activity__c',
    kind: 'session',
    id: 'visit',
    fields: { Leadline_Lead__c: to(lead) },
  })
  const bulk = createWriter(door, new Map(), 0).open(new InHand().open())
  const plan = [...accounts, ...people, ...updates, row]
  const { applied, unsent, failure } = await applyPlan(door, plan, { ...OPTIONS, bulk })
  assert.deepEqual([unsent, failure], [[], undefined])
  const failed = applied.flatMap(({ operation, result }) =>
    result.ok ? [] : [[operation.id, result.failure.code]],
  )
  assert.deepEqual(failed.toSorted(byText), [
    ['00Q000000000999', 'INVALID_CROSS_REFERENCE_KEY'],
    ['Bad', 'FIELD_CUSTOM_VALIDATION_EXCEPTION'],
  ])
  assert.equal(door.count(/\/jobs\/ingest$/), 4)
  assert.equal(door.count(/\/composite/), 0)
  const contacts = admin
    .records('Contact')
    .map(({ values }) => [values['LastName'], values['AccountId'] !== null])
  assert.deepEqual(contacts.toSorted(byText), [
    ['Bad', false],
    ['Good', true],
  ])
  const [known] = admin.records('Lead')
  assert.deepEqual([known?.values['Title'], known?.values['Phone']], ['CTO', '1'])
})

test('a job that an administrator aborts leaves its rows to collections', async (t) => {
  const door = await openDoor(t)
  const stored = new Map<string, BegunJob>()
  door.org.admin.bulk.control({ hold: 'InProgress' })
  const bulk = createWriter(door, stored, 0).open(new InHand().open())
  const written = applyPlan(door, leads.slice(0, 20), { ...OPTIONS, bulk })
  await until(() => door.count(/\/jobs\/ingest\/\w+$/) > 1, 'somebody looks at the job')
  const path = `/jobs/ingest/${[...stored.values()][0]?.id}`
  await door.send({ method: 'PATCH', path, body: { state: 'Aborted' }, answer: bulkJob })
  const { applied, failure } = await written
  assert.equal(failure, undefined)
  assert.equal(applied.filter(({ result }) => result.ok).length, 19)
  assert.equal(stored.size, 0)
})
