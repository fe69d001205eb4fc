import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { kindOfCall, type Act } from '@leadline/salesforce-sandbox'
import { openTestDoor } from '../../test-support/open-test-door.ts'
import type { FieldChanges, Operation } from '../plan/operation.ts'
import { applyPlan, countCalls } from './apply-plan.ts'

async function openOrg(t: TestContext) {
  const { org, send } = await openTestDoor(t)
  const door = { send, apiVersion: '62.0' }
  return {
    org,
    apply: (operations: readonly Operation[]) => applyPlan(door, operations, { assignmentRules: false }),
    writes: () => org.admin.log().filter((entry) => kindOfCall(entry) === 'write').length,
    /** Ids of new records. */
    create: (object: string, many: readonly Readonly<Record<string, string>>[]): readonly string[] => {
      const ops: Act['ops'] = many.map((values) => ({ op: 'create', object, values }))
      return org.admin.act({ ops }).map((result) => (result.ok ? String(result.ids['id']) : ''))
    },
    valuesOf: (object: string) => org.admin.records(object).map(({ values }) => values),
  }
}

const change = (old: string | null, value: string): FieldChanges[string] => ({ old, new: value })

const update = (object: Operation['object'], crmId: string, fields: FieldChanges): Operation => ({
  object,
  action: 'update',
  kind: object === 'Leadline_Activity__c' ? 'session' : 'contact',
  id: crmId,
  externalId: crmId,
  crmId,
  fields,
  reason: 'lead',
  workKeys: [crmId],
})

const row = (lead: string): Operation => ({
  ...update('Leadline_Activity__c', '', { Leadline_Lead__c: change(null, lead) }),
  action: 'upsert',
  externalId: randomUUID(),
})

/** As it was read: later than any change of it. */
const READ = '2030-01-01T00:00:00.000+0000'
/** Before the record was last changed. */
const LONG_AGO = '2020-01-01T00:00:00.000+0000'

test('collections, guarded records and timeline rows share calls', async (t) => {
  const { apply, writes, create, valuesOf } = await openOrg(t)
  const leads = create(
    'Lead',
    Array.from({ length: 250 }, (_, n) => ({ LastName: `Doe ${n}`, Company: 'Acme', Title: 'Dev' })),
  )
  const replaced = leads.slice(0, 30).map((id) => ({
    ...update('Lead', id, { Title: change('Dev', 'CTO') }),
    unchangedSince: READ,
  }))
  const ours = leads.slice(30).map((id) => update('Lead', id, { Leadline_Stage__c: change(null, 'hot') }))
  const plan = [...replaced, ...ours, ...leads.map(row)]
  const { applied, failure } = await apply(plan)
  assert.equal(failure, undefined)
  assert.equal(applied.filter(({ result }) => result.ok).length, 500)
  assert.equal(writes(), 2)
  assert.equal(countCalls(plan), 2)
  assert.equal(valuesOf('Lead').filter((values) => values['Title'] === 'CTO').length, 30)
  assert.equal(valuesOf('Lead').filter((values) => values['Leadline_Stage__c'] === 'hot').length, 220)
})

test('of the records in a call, the one that a rep changed meanwhile stays as the rep left it', async (t) => {
  const { apply, create, valuesOf } = await openOrg(t)
  const [first = '', second = ''] = create('Lead', [
    { LastName: 'A', Company: 'Acme', Title: 'of the rep' },
    { LastName: 'B', Company: 'Acme', Title: 'Dev' },
  ])
  const { applied } = await apply([
    { ...update('Lead', first, { Title: change('Dev', 'CTO') }), unchangedSince: LONG_AGO },
    { ...update('Lead', second, { Title: change('Dev', 'CTO') }), unchangedSince: READ },
    row(first),
  ])
  assert.deepEqual(
    applied.map(({ result }) => (result.ok ? 'ok' : result.failure.code)),
    ['PRECONDITION_FAILED', 'ok', 'ok'],
  )
  assert.deepEqual(
    valuesOf('Lead').map((values) => values['Title']),
    ['of the rep', 'CTO'],
  )
})

test('a record of the same plan that a row already hangs on is no change of the row', async (t) => {
  const { apply, writes, create, org } = await openOrg(t)
  const externalId = randomUUID()
  const [account = ''] = create('Account', [{ Name: 'Acme', Leadline_Id__c: externalId }])
  const [activity = ''] = create('Leadline_Activity__c', [
    { Leadline_Id__c: randomUUID(), Leadline_Account__c: account },
  ])
  const reference = { object: 'Account', externalId } as const
  const plan: readonly Operation[] = [
    { ...update('Account', '', { Website: change(null, 'acme.example') }), action: 'upsert', externalId },
    update('Leadline_Activity__c', activity, { Leadline_Account__c: { old: account, new: reference } }),
  ]
  // As far as a plan knows, the Account may be another one.
  assert.equal(countCalls(plan), 2)
  const { applied } = await apply(plan)
  assert.deepEqual(
    applied.map(({ operation }) => operation.object),
    ['Account'],
  )
  assert.equal(writes(), 1)
  assert.equal(org.admin.stats().noOpWrites, 0)
})

/** A new Lead at a new Account, and a row that hangs on both. */
function newcomer(company: string, lead: FieldChanges): readonly Operation[] {
  const [accountId, leadId] = [randomUUID(), randomUUID()]
  const made = (object: Operation['object'], externalId: string, fields: FieldChanges): Operation => ({
    ...update(object, '', fields),
    action: 'upsert',
    externalId,
  })
  return [
    made('Account', accountId, company === '' ? {} : { Name: change(null, company) }),
    made('Lead', leadId, { Company: change(null, 'Acme'), ...lead }),
    made('Leadline_Activity__c', randomUUID(), {
      Leadline_Pages__c: { old: null, new: 3 },
      Leadline_Lead__c: { old: null, new: { object: 'Lead', externalId: leadId } },
      Leadline_Account__c: { old: null, new: { object: 'Account', externalId: accountId } },
    }),
  ]
}

test('rows go in one call with the records that they hang on, and tell their ids', async (t) => {
  const { apply, writes, org } = await openOrg(t)
  const plan = [
    ...newcomer('Acme', { LastName: change(null, 'A') }),
    ...newcomer('Blue', { LastName: change(null, 'B') }),
  ]
  assert.equal(countCalls(plan), 1)
  const { applied } = await apply(plan)
  assert.equal(writes(), 1)
  const idsOf = (object: string) => org.admin.records(object).map(({ id }) => id)
  const rows = applied.filter(({ operation }) => operation.object === 'Leadline_Activity__c')
  assert.deepEqual(
    rows.map(({ sent }) => [sent['Leadline_Lead__c'], sent['Leadline_Account__c']]),
    idsOf('Lead').map((lead, n) => [lead, idsOf('Account')[n]]),
  )
  assert.deepEqual(
    org.admin.records('Leadline_Activity__c').map(({ values }) => values['Leadline_Lead__c']),
    idsOf('Lead'),
  )
})

test('of rows in a call with their parents, one without person is not made, one without Account is', async (t) => {
  const { apply, writes, valuesOf } = await openOrg(t)
  const nobody = newcomer('Acme', {})
  const noCompany = newcomer('', { LastName: change(null, 'B') })
  const { applied, unsent } = await apply([...nobody, ...noCompany])
  assert.deepEqual(unsent, [nobody[2]])
  assert.deepEqual(
    applied.map(({ operation, result }) => [operation.object, result.ok]),
    [
      ['Account', true],
      ['Account', false],
      ['Lead', false],
      ['Lead', true],
      ['Leadline_Activity__c', true],
    ],
  )
  const [row] = valuesOf('Leadline_Activity__c')
  assert.ok(row?.['Leadline_Lead__c'])
  assert.ok(!row['Leadline_Account__c'])
  assert.equal(writes(), 2)
})

test('rows that an org refuses with their parents named go out with their ids', async (t) => {
  const { apply, writes, org, valuesOf } = await openOrg(t)
  org.admin.faults.add({
    match: { object: 'Leadline_Activity__c' },
    times: 1,
    action: { type: 'error', scope: 'record', code: 'INVALID_FIELD', message: 'No such column' },
  })
  const { applied } = await apply(newcomer('Acme', { LastName: change(null, 'A') }))
  assert.ok(applied.every(({ result }) => result.ok))
  assert.ok(valuesOf('Leadline_Activity__c')[0]?.['Leadline_Lead__c'])
  assert.equal(writes(), 2)
})

test('a call that the org refuses as a whole goes out again in its parts', async (t) => {
  const { apply, create, org, valuesOf } = await openOrg(t)
  const leads = create('Lead', [
    { LastName: 'A', Company: 'Acme' },
    { LastName: 'B', Company: 'Acme' },
  ])
  org.admin.faults.add({
    match: { path: '/composite$' },
    times: null,
    action: { type: 'error', code: 'METHOD_NOT_ALLOWED', status: 405 },
  })
  const { applied } = await apply([
    ...leads.map((id) => update('Lead', id, { Leadline_Stage__c: change(null, 'hot') })),
    ...leads.map(row),
  ])
  assert.ok(applied.every(({ result }) => result.ok))
  assert.equal(valuesOf('Leadline_Activity__c').length, 2)
})
