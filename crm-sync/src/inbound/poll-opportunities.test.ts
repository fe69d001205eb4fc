import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { z } from 'zod'
import { newPerson, until, type Desk } from '../../test-support/desk.ts'
import { prepareDesks } from '../../test-support/prepare-desks.ts'

const desks = prepareDesks()
let desk: Desk

const dealRow = z.object({
  opportunity_id: z.string(),
  name: z.string(),
  stage: z.string(),
  amount: z.number().nullable(),
  close_date: z.string().nullable(),
  is_won: z.number(),
  company_id: z.string(),
  contact_ids: z.array(z.string()),
  history: z.string(),
})

const deals = () =>
  desk.warehouse.query(
    `SELECT opportunity_id, name, stage, amount, close_date, is_won, company_id, contact_ids, history
     FROM opportunities WHERE ws = {ws:UInt32} ORDER BY name`,
    { row: dealRow, params: { ws: desk.ws } },
  )
const deal = async () => (await deals())[0]
const told = async () => (await desk.deliveries()).filter(({ object }) => object === 'Opportunity')

/** A person and the company of one, linked to a Lead and an Account. */
async function begin() {
  desk = await desks.open({ crm: { opportunities: { pollMs: 200 } } })
  const companyId = randomUUID()
  const domain = `${companyId.slice(0, 8)}.example`
  await desk.seedCompany({ id: companyId, name: 'Deal Makers', domain })
  const person = newPerson(`ann@${domain}`, { companyId })
  await desk.seed([person])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  const accountId = desk.org.admin.records('Account', `Name = 'Deal Makers'`)[0]?.id ?? ''
  const leadId = desk.org.admin.records('Lead', `Email = '${person.email}'`)[0]?.id ?? ''
  return { person, companyId, accountId, leadId }
}

const makeDeal = (fields: Readonly<Record<string, unknown>>): void => {
  const values = { Name: 'Big deal', StageName: 'Prospecting', CloseDate: '2026-12-31', ...fields }
  desk.org.admin.act({ ops: [{ op: 'create', object: 'Opportunity', values }] })
}

test('a deal of an Account that is ours comes back, with each stage that it goes through', async () => {
  const { accountId, companyId } = await begin()
  makeDeal({ AccountId: accountId, Amount: 5000 })
  await until(async () => (await deals()).length === 1, 'the deal is known')
  const first = await deal()
  assert.equal(first?.company_id, companyId)
  assert.equal(first.close_date, '2026-12-31')
  const id = first.opportunity_id
  desk.org.admin.act({ ops: [{ op: 'update', id, values: { StageName: 'Closed Won', Amount: 7000 } }] })
  await until(async () => (await deal())?.is_won === 1, 'it is won')
  const won = await deal()
  assert.equal(won?.amount, 7000)
  const steps = z.array(z.object({ stage: z.string(), amount: z.number() })).parse(JSON.parse(won.history))
  assert.deepEqual(steps, [
    { stage: 'Prospecting', amount: 5000 },
    { stage: 'Closed Won', amount: 7000 },
  ])
  const last = (await told()).at(-1)
  assert.deepEqual([last?.direction, last?.operation, last?.id], ['in', 'stage', companyId])
  assert.deepEqual(JSON.parse(last?.fields ?? '').stage, { old: 'Prospecting', new: 'Closed Won' })
})

test('a deal of a conversion is that of the person; deleted it goes, undeleted it is back', async () => {
  const { person, leadId } = await begin()
  desk.org.admin.act({ ops: [{ op: 'convert', leadId, opportunityName: 'From Ann' }] })
  await until(async () => (await deal())?.contact_ids.includes(person.contactId) === true, 'Ann has a deal')
  const id = (await deal())?.opportunity_id ?? ''
  desk.org.admin.act({ ops: [{ op: 'delete', id }] })
  await until(async () => (await deals()).length === 0, 'it is gone')
  desk.org.admin.act({ ops: [{ op: 'undelete', id }] })
  await until(async () => (await deals()).length === 1, 'it is back')
})

test('deals of others stay out, and what an Account already had comes with it', async () => {
  desk = await desks.open({ crm: { opportunities: { pollMs: 200 } } })
  const companyId = randomUUID()
  desk.org.admin.act({
    ops: [
      { op: 'create', object: 'Account', values: { Name: 'Old Customer', Website: 'https://old.example' } },
      { op: 'create', object: 'Account', values: { Name: 'Stranger' } },
    ],
  })
  const idOf = (name: string) => desk.org.admin.records('Account', `Name = '${name}'`)[0]?.id
  makeDeal({ Name: 'of old', AccountId: idOf('Old Customer') })
  makeDeal({ Name: 'of strangers', AccountId: idOf('Stranger') })
  await desk.start()
  await desk.seedCompany({ id: companyId, name: 'Old', domain: 'old.example' })
  await desk.work('company', [companyId])
  // A poll may see the Account of the org before the link to it is stored here.
  await until(async () => (await deal())?.company_id === companyId, 'the deal of the Account is known')
  assert.deepEqual(
    (await deals()).map(({ name }) => name),
    ['of old'],
  )
})

test('what happened while the sync was down is taken over after the start, and told once', async () => {
  const { accountId } = await begin()
  makeDeal({ AccountId: accountId })
  await until(async () => (await deals()).length === 1, 'the deal is known')
  await desk.stop()
  const id = (await deal())?.opportunity_id ?? ''
  desk.org.admin.act({ ops: [{ op: 'update', id, values: { StageName: 'Qualification' } }] })
  await desk.start()
  await until(async () => (await deal())?.stage === 'Qualification', 'the stage is known')
  const before = (await told()).length
  await desk.stop()
  await desk.start()
  const polls = () => desk.org.admin.log().filter(({ path }) => path.includes('/composite')).length
  const seen = polls()
  await until(() => polls() > seen + 2, 'it polled again')
  assert.equal((await told()).length, before)
})
