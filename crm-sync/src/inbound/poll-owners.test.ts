import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { QUEUE_NAME, REP_USERNAME } from '@leadline/salesforce-sandbox'
import { newPerson, until, type Desk, type SeededPerson } from '../../test-support/desk.ts'
import { prepareDesks } from '../../test-support/prepare-desks.ts'

const desks = prepareDesks()
let desk: Desk

const idOf = (object: string, where: string): string => desk.org.admin.records(object, where)[0]?.id ?? ''
const contactLink = async () => (await desk.links()).find(({ kind }) => kind === 'contact')
const ownerIs = (name: string) =>
  until(async () => (await contactLink())?.owner_name === name, `${name} owns it`)
const inbound = async () => (await desk.deliveries()).filter(({ direction }) => direction === 'in')

async function begin(person: SeededPerson): Promise<string> {
  desk = await desks.open()
  await desk.seed([person])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  return idOf('Lead', `Email = '${person.email}'`)
}

test('an owner that a rep changes comes back with a record of old and new', async () => {
  const leadId = await begin(newPerson('a@owner.example'))
  await ownerIs('Leadline Integration')
  const ownerId = idOf('User', `Username = '${REP_USERNAME}'`)
  desk.org.admin.act({ as: REP_USERNAME, ops: [{ op: 'transfer', id: leadId, ownerId }] })
  await ownerIs('Rae Rep')
  const [delivery, ...others] = await inbound()
  assert.deepEqual(others, [])
  assert.equal(delivery?.operation, 'owner')
  assert.deepEqual(JSON.parse(delivery?.fields ?? ''), {
    OwnerId: { old: idOf('User', `Username = 'integration@leadline.example'`), new: ownerId },
    'Owner.Name': { old: 'Leadline Integration', new: 'Rae Rep' },
  })
})

test('a queue may own a lead, and our own writes do not come back as changes', async () => {
  const person = newPerson('b@owner.example')
  const leadId = await begin(person)
  await ownerIs('Leadline Integration')
  await desk.seed([{ ...person, traits: { title: 'CTO' } }])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  const queueId = idOf('Group', `Name = '${QUEUE_NAME}'`)
  desk.org.admin.act({ as: REP_USERNAME, ops: [{ op: 'transfer', id: leadId, ownerId: queueId }] })
  await ownerIs(QUEUE_NAME)
  assert.equal((await inbound()).length, 1)
})

test('an owner change is not lost while we write to the same record', async () => {
  const person = newPerson('c@owner.example', {
    sessions: [{ sessionId: randomUUID(), startedAtMs: Date.UTC(2026, 10, 2) }],
  })
  const leadId = await begin(person)
  const ownerId = idOf('User', `Username = '${REP_USERNAME}'`)
  for (const title of ['One', 'Two', 'Three']) {
    await desk.seed([{ ...person, traits: { title } }])
    await desk.work('contact', [person.contactId])
    if (title === 'Two')
      desk.org.admin.act({ as: REP_USERNAME, ops: [{ op: 'transfer', id: leadId, ownerId }] })
  }
  await desk.settle()
  await ownerIs('Rae Rep')
})

test('a conversion in Salesforce moves the link to the Contact without any new event', async () => {
  const person = newPerson('d@owner.example', {
    sessions: [{ sessionId: randomUUID(), startedAtMs: Date.UTC(2026, 10, 2) }],
  })
  const leadId = await begin(person)
  desk.org.admin.act({ ops: [{ op: 'convert', leadId }] })
  await until(async () => (await contactLink())?.object === 'Contact', 'the link leads to the Contact')
  await until(
    () => desk.org.admin.records('Leadline_Activity__c')[0]?.values['Leadline_Contact__c'] != null,
    'the visit hangs on the Contact',
  )
  await until(
    async () => (await inbound()).some(({ operation }) => operation === 'convert'),
    'it is recorded',
  )
})

test('a deleted record and its return are seen', async () => {
  const leadId = await begin(newPerson('e@owner.example'))
  desk.org.admin.act({ ops: [{ op: 'delete', id: leadId }] })
  await until(async () => (await contactLink())?.status === 'deleted', 'the link is marked')
  desk.org.admin.act({ ops: [{ op: 'undelete', id: leadId }] })
  await until(async () => (await contactLink())?.status === 'linked', 'the link is live again')
})

test('what changed while the sync was down is taken over after the start', async () => {
  const leadId = await begin(newPerson('f@owner.example'))
  await ownerIs('Leadline Integration')
  await desk.stop()
  const ownerId = idOf('User', `Username = '${REP_USERNAME}'`)
  desk.org.admin.act({ as: REP_USERNAME, ops: [{ op: 'transfer', id: leadId, ownerId }] })
  await desk.start()
  await ownerIs('Rae Rep')
})
