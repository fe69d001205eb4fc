import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import {
  loseAnswerOfWrite,
  newPerson,
  QUICK_PROBES,
  until,
  type Desk,
  type DeskOptions,
  type SeededPerson,
} from '../test-support/desk.ts'
import { prepareDesks } from '../test-support/prepare-desks.ts'

const PACKAGES = ['force-app', 'optional/campaigns'].map((name) =>
  join(import.meta.dirname, '../../deploy/salesforce', name),
)

const desks = prepareDesks()
let desk: Desk

type Campaigns = NonNullable<DeskOptions['crm']>['campaigns']

const open = async (campaigns: Campaigns): Promise<void> => {
  desk = await desks.open({
    crm: { campaigns },
    org: { schemaDirs: PACKAGES },
    probes: QUICK_PROBES,
  })
  await desk.start()
}

/** A visitor who came by the campaign `spring`, as all visits of these tests do. */
const visitor = (email: string): SeededPerson =>
  newPerson(email, { sessions: [{ sessionId: randomUUID(), startedAtMs: Date.UTC(2026, 10, 2) }] })

const give = async (...people: readonly SeededPerson[]): Promise<void> => {
  await desk.push(people)
}

const push = async (...people: readonly SeededPerson[]): Promise<void> => {
  await give(...people)
  await desk.settle()
}

const members = () => desk.org.admin.records('CampaignMember')
const idOf = (object: string, where: string): string => desk.org.admin.records(object, where)[0]?.id ?? ''
const makeCampaign = (name: string): string => {
  desk.org.admin.act({ ops: [{ op: 'create', object: 'Campaign', values: { Name: name } }] })
  return idOf('Campaign', `Name = '${name}'`)
}

test('who came by a campaign is its member, once, as a lead and as the contact it becomes', async () => {
  await open({ visits: true, names: { spring: 'Spring Sale' }, status: 'Responded' })
  const campaignId = makeCampaign('Spring Sale')
  const person = visitor('spring@members.example')
  await push(person)
  const [member] = members()
  const leadId = idOf('Lead', `Email = 'spring@members.example'`)
  assert.equal(member?.values['CampaignId'], campaignId)
  assert.equal(member.values['LeadId'], leadId)
  assert.equal(member.values['Status'], 'Responded')
  desk.org.admin.act({
    ops: [
      { op: 'convert', leadId },
      { op: 'update', id: member.id, values: { Status: 'Sent' } },
    ],
  })
  await until(async () => (await desk.links()).some(({ object }) => object === 'Contact'), 'it is converted')
  const written = desk.org.admin.stats().noOpWrites
  await push({ ...person, traits: { title: 'CTO' } })
  assert.deepEqual(
    members().map(({ id, values }) => [id, values['Status']]),
    [[member.id, 'Sent']],
  )
  assert.equal(desk.org.admin.stats().noOpWrites, written)
  const deliveries = (await desk.deliveries()).filter(({ object }) => object === 'CampaignMember')
  assert.deepEqual(
    deliveries.map(({ kind, outcome }) => [kind, outcome]),
    [['member', 'created']],
  )
})

test('whom a rep made a member stays as the rep left it', async () => {
  await open({ rules: [{ stages: ['qualified'], campaign: 'Webinar', status: 'Sent' }] })
  const campaignId = makeCampaign('Webinar')
  desk.org.admin.act({
    ops: [
      {
        op: 'create',
        object: 'Lead',
        values: { LastName: 'Known', Company: 'X', Email: 'known@members.example' },
      },
    ],
  })
  const leadId = idOf('Lead', `Email = 'known@members.example'`)
  desk.org.admin.act({
    ops: [
      {
        op: 'create',
        object: 'CampaignMember',
        values: { CampaignId: campaignId, LeadId: leadId, Status: 'Responded' },
      },
    ],
  })
  await push(newPerson('known@members.example'), newPerson('new@members.example'))
  const byLead = new Map(members().map(({ values }) => [values['LeadId'], values['Status']]))
  assert.equal(byLead.get(leadId), 'Responded')
  assert.equal(byLead.size, 2)
  const links = (await desk.links()).filter(({ kind }) => kind === 'member')
  assert.equal(links.length, 2)
})

test('members of a campaign that is not there wait for it together', async () => {
  await open({ visits: true })
  await push(visitor('a@members.example'), visitor('b@members.example'))
  assert.deepEqual(members(), [])
  assert.equal(desk.org.admin.records('Lead').length, 2)
  const waiting = await desk.warehouse.query(
    'SELECT DISTINCT signature FROM crm_parked FINAL WHERE ws = {ws:UInt32}',
    { row: z.object({ signature: z.string() }), params: { ws: desk.ws } },
  )
  assert.deepEqual(waiting, [{ signature: 'CampaignMember | no_such_campaign | spring' }])
  makeCampaign('Spring')
  await until(() => members().length === 2, 'both are members')
})

test('a campaign that may be made is made once, also when answers are lost and the process with them', async () => {
  await open({ visits: true, create: true })
  const lost = loseAnswerOfWrite(desk, 'Campaign')
  await give(visitor('c@members.example'), visitor('d@members.example'))
  await lost
  await desk.stop()
  await desk.settle()
  assert.deepEqual(
    desk.org.admin.records('Campaign').map(({ values }) => values['Name']),
    ['spring'],
  )
  assert.equal(members().length, 2)
  await desk.stop()
  await desk.start()
  await push(visitor('e@members.example'))
  assert.equal(members().length, 3)
})

test('an erased person leaves nothing of its memberships here', async () => {
  await open({ visits: true })
  makeCampaign('Spring')
  const person = visitor('gone@members.example')
  await push(person)
  assert.equal(members().length, 1)
  await desk.work('contact', [person.contactId], 'erased')
  await desk.settle()
  assert.deepEqual(await desk.links(), [])
  const [left] = await desk.warehouse.query(
    `SELECT count() AS n FROM crm_shadow FINAL WHERE ws = {ws:UInt32} AND object = 'CampaignMember'`,
    { row: z.object({ n: z.coerce.number() }), params: { ws: desk.ws } },
  )
  assert.equal(left?.n, 0)
  const told = (await desk.deliveries()).filter(({ kind }) => kind === 'member')
  assert.deepEqual(
    told.map(({ fields }) => fields),
    ['{}'],
  )
})
