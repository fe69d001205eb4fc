import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { REP_USERNAME } from '@leadline/salesforce-sandbox'
import { newPerson, until, type Desk, type SeededPerson } from '../test-support/desk.ts'
import { prepareDesks } from '../test-support/prepare-desks.ts'

const PACKAGES = ['force-app', 'optional/opportunities'].map((name) =>
  join(import.meta.dirname, '../../deploy/salesforce', name),
)
const DAY_MS = 86_400_000

const desks = prepareDesks()
let desk: Desk

const open = async (createPeopleAs: 'lead' | 'contact' = 'lead'): Promise<void> => {
  const rule = {
    name: 'demo',
    stages: ['qualified'],
    named: '{company.label} demo',
    closeInDays: 30,
    role: 'Evaluator',
  }
  desk = await desks.open({
    crm: { createPeopleAs, opportunities: { read: false, create: [rule] } },
    org: { schemaDirs: PACKAGES },
  })
}

const seedCompany = async (name: string): Promise<{ companyId: string; domain: string }> => {
  const companyId = randomUUID()
  const domain = `${name.toLowerCase()}.example`
  await desk.seedCompany({ id: companyId, name, domain })
  return { companyId, domain }
}

const give = async (...people: readonly SeededPerson[]): Promise<void> => {
  await desk.push(people)
}

const deals = () => desk.org.admin.records('Opportunity')
const roles = () => desk.org.admin.records('OpportunityContactRole')
const idOf = (object: string, where: string): string => desk.org.admin.records(object, where)[0]?.id ?? ''

test('two people of a company who meet a rule make one deal of its Account, owned as the Account is', async () => {
  await open()
  const { companyId, domain } = await seedCompany('Acme')
  const ownerId = idOf('User', `Username = '${REP_USERNAME}'`)
  desk.org.admin.act({
    ops: [{ op: 'create', object: 'Account', values: { Name: 'Acme', Website: domain, OwnerId: ownerId } }],
  })
  await desk.work('company', [companyId])
  await desk.start()
  await until(
    async () => (await desk.links()).some((link) => link.owner_name === 'Rae Rep'),
    'the owner is known',
  )
  await give(newPerson(`a@${domain}`, { companyId }), newPerson(`b@${domain}`, { companyId }))
  await desk.settle()
  await give(newPerson(`c@${domain}`, { companyId }))
  await desk.settle()
  assert.deepEqual(
    deals().map(({ values }) => [
      values['Name'],
      values['StageName'],
      values['AccountId'],
      values['OwnerId'],
    ]),
    [['Acme demo', 'Prospecting', idOf('Account', `Name = 'Acme'`), ownerId]],
  )
  const closeMs = Date.parse(String(deals()[0]?.values['CloseDate']))
  assert.ok(Math.abs(closeMs - Date.now() - 30 * DAY_MS) < 2 * DAY_MS)
  assert.deepEqual(roles(), [])
  const told = (await desk.deliveries()).filter(({ object }) => object === 'Opportunity')
  assert.deepEqual(
    told.map(({ kind, reason, outcome }) => [kind, reason, outcome]),
    [['opportunity', 'rule demo', 'created']],
  )
})

test('no deal is made where one is open, nor when that is closed later', async () => {
  await open()
  const { companyId, domain } = await seedCompany('Busy')
  desk.org.admin.act({
    ops: [{ op: 'create', object: 'Account', values: { Name: 'Busy', Website: domain } }],
  })
  const AccountId = idOf('Account', `Name = 'Busy'`)
  const values = { Name: 'by hand', AccountId, StageName: 'Prospecting', CloseDate: '2027-01-01' }
  desk.org.admin.act({ ops: [{ op: 'create', object: 'Opportunity', values }] })
  await desk.start()
  const person = newPerson(`a@${domain}`, { companyId })
  await give(person)
  await desk.settle()
  const id = deals()[0]?.id ?? ''
  desk.org.admin.act({ ops: [{ op: 'update', id, values: { StageName: 'Closed Lost' } }] })
  await give({ ...person, traits: { title: 'CEO' } })
  await desk.settle()
  assert.deepEqual(
    deals().map((deal) => deal.values['Name']),
    ['by hand'],
  )
})

test('a Contact has its part, and lost answers with a restart leave one deal with one part', async () => {
  await open('contact')
  const { companyId, domain } = await seedCompany('Lost')
  desk.org.admin.faults.add({ match: { path: '/composite' }, times: 6, action: { type: 'dropAfter' } })
  await give(newPerson(`a@${domain}`, { companyId }))
  await desk.start()
  await until(() => deals().length > 0, 'the deal is made')
  await desk.stop()
  await desk.settle()
  assert.equal(deals().length, 1)
  assert.equal(deals()[0]?.values['AccountId'], idOf('Account', `Name = 'Lost'`))
  assert.deepEqual(
    roles().map(({ values }) => [values['OpportunityId'], values['ContactId'], values['Role']]),
    [[deals()[0]?.id, idOf('Contact', `Email = 'a@${domain}'`), 'Evaluator']],
  )
  assert.equal((await desk.links()).filter(({ kind }) => kind === 'opportunity' || kind === 'role').length, 2)
})
