import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindOfCall, REP_USERNAME, type LogEntry } from '@leadline/salesforce-sandbox'
import { newPerson, QUICK_PROBES, until, type Desk, type SeededPerson } from '../test-support/desk.ts'
import { prepareDesks } from '../test-support/prepare-desks.ts'

const desks = prepareDesks()
let desk: Desk

const live = (object: string) =>
  desk.org.admin.records(object).filter((record) => record.deletedAtMs === null)

const valuesOf = (field: string) => live('Lead').map(({ values }) => values[field] ?? null)

const alerts = (text: string): number => desk.logged.filter((line) => line.includes(text)).length

const isWrite = (entry: LogEntry): boolean => kindOfCall(entry) === 'write'

const push = (people: readonly SeededPerson[]): Promise<void> => desk.push(people)

const settle = (): Promise<void> => desk.settle()

const crowd = (count: number, domain: string): readonly SeededPerson[] =>
  Array.from({ length: count }, (_, n) => newPerson(`p${n}@${domain}`))

const putPlan = (values: readonly string[]): void => {
  desk.org.admin.schema.putField('Lead', {
    fullName: 'Plan__c',
    label: 'Plan',
    type: 'Picklist',
    valueSet: {
      restricted: 'true',
      valueSetDefinition: {
        sorted: 'false',
        value: values.map((fullName) => ({ fullName, label: fullName })),
      },
    },
  })
  desk.org.admin.permissions({ field: 'Lead.Plan__c', read: true, edit: true })
}

const PLAN = { fields: [{ from: 'lead.traits.plan', to: 'Lead.Plan__c', strategy: 'override' as const }] }

test('a picklist value that is removed mid-run is left out with one alert, and filled in when it is back', async () => {
  desk = await desks.open({ crm: PLAN, probes: QUICK_PROBES })
  putPlan(['Free', 'Pro'])
  const people = crowd(3, 'picklist.example').map((person) => ({ ...person, traits: { plan: 'Free' } }))
  await push(people)
  await settle()
  assert.deepEqual(valuesOf('Plan__c'), ['Free', 'Free', 'Free'])
  putPlan(['Free'])
  await push(people.map((person) => ({ ...person, traits: { plan: 'Pro', phone: '1' } })))
  await settle()
  assert.deepEqual(valuesOf('Phone'), ['1', '1', '1'])
  assert.deepEqual(valuesOf('Plan__c'), ['Free', 'Free', 'Free'])
  assert.equal(alerts('Salesforce refuses records'), 1)
  putPlan(['Free', 'Pro'])
  await until(() => valuesOf('Plan__c').every((value) => value === 'Pro'), 'the value is filled in')
})

test('a field that is deleted mid-run is left out with one alert, and filled in when it is made again', async () => {
  desk = await desks.open({ crm: PLAN, probes: QUICK_PROBES })
  putPlan(['Free', 'Pro'])
  const people = crowd(3, 'deleted.example').map((person) => ({ ...person, traits: { plan: 'Free' } }))
  await push(people)
  await settle()
  desk.org.admin.schema.removeField('Lead', 'Plan__c')
  await push(people.map((person) => ({ ...person, traits: { plan: 'Pro', phone: '1' } })))
  await settle()
  assert.deepEqual(valuesOf('Phone'), ['1', '1', '1'])
  assert.equal(alerts('Salesforce refuses records'), 1)
  putPlan(['Free', 'Pro'])
  await until(() => valuesOf('Plan__c').every((value) => value === 'Pro'), 'the value is filled in')
})

test('6,000 changes of one second are all read', async () => {
  desk = await desks.open({ org: { clockMode: 'virtual' } })
  const values = { LastName: 'Of The Second', Company: 'X', Leadline_Source__c: 'x' }
  for (let n = 0; n < 6000; n += 1)
    desk.org.admin.raw({ object: 'Lead', values: { ...values, Leadline_Id__c: `second-${n}` } })
  await push([newPerson('last@second.example')])
  await settle()
  const lead = live('Lead').at(-1)
  assert.equal(lead?.values['Email'], 'last@second.example')
  const queueId = desk.org.admin.queue({ name: 'Second' })
  desk.org.admin.raw({ object: 'Lead', id: lead.id, values: { OwnerId: queueId } })
  await until(async () => {
    const link = (await desk.links()).find(({ crm_id }) => crm_id === lead.id)
    return link?.owner_name === 'Second'
  }, 'the change behind 6,000 is known')
})

for (const minutes of [-3, 3])
  test(`with the clock of the org ${minutes} minutes off nothing is missed and no edit is lost`, async () => {
    const org = { now: () => Date.now() + minutes * 60_000 }
    desk = await desks.open({ org })
    const person = newPerson('clock@skew.example', { traits: { title: 'Dev', phone: '1' } })
    await push([person])
    await settle()
    const queueId = desk.org.admin.queue({ name: 'Skewed' })
    const id = live('Lead')[0]?.id ?? ''
    desk.org.admin.act({ as: REP_USERNAME, ops: [{ op: 'transfer', id, ownerId: queueId }] })
    await until(async () => (await desk.links())[0]?.owner_name === 'Skewed', 'the new owner is known')
    desk.org.admin.act({ as: REP_USERNAME, ops: [{ op: 'update', id, values: { Title: 'Of the rep' } }] })
    await push([{ ...person, traits: { title: 'CTO', phone: '2' } }])
    await settle()
    await until(() => valuesOf('Phone')[0] === '2', 'what the rep did not touch is corrected')
    assert.deepEqual(valuesOf('Title'), ['Of the rep'])
  })

test('one poison record in a call of 200 is parked alone; the others are made once', async () => {
  desk = await desks.open()
  const people = crowd(200, 'poison.example')
  desk.org.admin.rules.validation({
    name: 'poison',
    object: 'Lead',
    if: "Email = 'p77@poison.example'",
    message: 'Not this one',
  })
  await push(people)
  await settle()
  assert.equal(live('Lead').length, 199)
  const refused = (await desk.deliveries()).filter(({ outcome }) => outcome !== 'created')
  assert.deepEqual(new Set(refused.map(({ id }) => id)), new Set([people[77]?.contactId]))
  const writes = desk.org.admin.log().filter(isWrite)
  assert.ok(writes.length <= 3, `${writes.length} calls`)
})

test('a merged loser that is undeleted stands for itself again, and the winner keeps what it was given', async () => {
  desk = await desks.open()
  const people = ['winner', 'loser'].map((name) => newPerson(`${name}@undo.example`, { name: `Ann ${name}` }))
  await push(people)
  await settle()
  const idOf = (mail: string) => live('Lead').find(({ values }) => values['Email'] === mail)?.id ?? ''
  const [winnerId, loserId] = [idOf('winner@undo.example'), idOf('loser@undo.example')]
  desk.org.admin.act({
    as: REP_USERNAME,
    ops: [{ op: 'merge', winnerId, loserIds: [loserId], values: {} }],
  })
  const [winner, loser] = people
  assert.ok(winner && loser)
  const linkOf = async (id: string) => (await desk.links()).find((link) => link.id === id)
  await until(
    async () => (await linkOf(loser.contactId))?.crm_id === winnerId,
    'the loser leads to the winner',
  )
  desk.org.admin.act({ as: REP_USERNAME, ops: [{ op: 'undelete', id: loserId }] })
  await until(async () => (await linkOf(loser.contactId))?.crm_id === loserId, 'the loser stands for itself')
  await push(people.map((person) => ({ ...person, traits: { phone: person === loser ? '2' : '1' } })))
  await settle()
  assert.equal(live('Lead').length, 2)
  assert.equal((await linkOf(winner.contactId))?.crm_id, winnerId)
  const link = await linkOf(loser.contactId)
  const phones = Object.fromEntries(live('Lead').map(({ id, values }) => [id, values['Phone'] ?? null]))
  assert.deepEqual([link?.crm_id, phones], [loserId, { [winnerId]: '1', [loserId]: '2' }])
})

test('a lock storm on the contacts of one account ends with each of them made once', async () => {
  desk = await desks.open()
  const company = { id: '11111111-1111-4111-8111-111111111111', name: 'Storm', domain: 'storm.example' }
  await desk.seedCompany(company)
  const people = crowd(200, 'storm.example').map((person) => ({ ...person, companyId: company.id }))
  desk.org.admin.faults.add({
    match: { object: 'Lead' },
    times: 450,
    action: { type: 'error', code: 'UNABLE_TO_LOCK_ROW', scope: 'record' },
  })
  // Four appends at once, as of four collectors.
  await Promise.all([0, 1, 2, 3].map((part) => push(people.filter((_, n) => n % 4 === part))))
  await settle()
  await until(() => live('Lead').length === 200, 'all are made')
  assert.equal(live('Account').length, 1)
  assert.equal(new Set(valuesOf('Email')).size, 200)
  assert.equal(alerts('Salesforce refuses records'), 0)
})
