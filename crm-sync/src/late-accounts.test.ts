import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { test } from 'node:test'
import { REP_USERNAME } from '@leadline/salesforce-sandbox'
import { CRM_WORK_TOPIC, GROUPS } from '@leadline/contract'
import { z } from 'zod'
import { newPerson, until, type Desk, type SeededPerson } from '../test-support/desk.ts'
import { prepareDesks } from '../test-support/prepare-desks.ts'
import { forkSync, killHard } from '../test-support/sync-process.ts'

const linkRow = z.object({
  ws: z.number(),
  kind: z.literal('company'),
  id: z.string(),
  object: z.string(),
  external_id: z.string(),
  crm_id: z.string(),
  owner_id: z.string(),
  owner_name: z.string(),
  owner_active: z.number(),
  status: z.string(),
  version: z.string(),
  gone: z.number(),
})

const desks = prepareDesks()
let desk: Desk

const DAY = Date.UTC(2026, 10, 2, 9)

const live = (object: string) =>
  desk.org.admin.records(object).filter((record) => record.deletedAtMs === null)
const accountsOf = (object: string, field: string) => live(object).map(({ values }) => values[field] ?? null)
const accountsOfRows = () => accountsOf('Leadline_Activity__c', 'Leadline_Account__c')
const accountId = (name: string): string =>
  live('Account').find(({ values }) => values['Name'] === name)?.id ?? 'none'

const newCompany = (name: string) => ({ id: randomUUID(), name, domain: `${name.toLowerCase()}.example` })

const crowd = (
  count: number,
  company: { readonly id: string; readonly domain: string },
): readonly SeededPerson[] =>
  Array.from({ length: count }, (_, n) =>
    newPerson(`p${n}@${company.domain}`, {
      companyId: company.id,
      sessions: [{ sessionId: randomUUID(), startedAtMs: DAY + n }],
    }),
  )

const push = (people: readonly SeededPerson[]): Promise<void> => desk.push(people)

const settle = (): Promise<void> => desk.settle()

type RepOp = Parameters<typeof desk.org.admin.act>[0]['ops'][number]

function asRep(op: RepOp): void {
  const [result] = desk.org.admin.act({ as: REP_USERNAME, ops: [op] })
  assert.equal(result?.ok, true)
}

const makeAccount = (name: string): void => asRep({ op: 'create', object: 'Account', values: { Name: name } })

const linkOf = async (id: string) => (await desk.links()).find((link) => link.id === id)

const isWorkDone = async (): Promise<boolean> =>
  Object.values(await desk.stream.admin.lag(GROUPS.crmSync, CRM_WORK_TOPIC)).every((behind) => behind === 0)

/** As after the end of a process that had recorded a new Account. */
async function makeStale(companyId: string): Promise<void> {
  const [stored] = await desk.warehouse.query(
    "SELECT * FROM crm_links_raw FINAL WHERE ws = {ws:UInt32} AND kind = 'company' AND id = {companyId:UUID}",
    { row: linkRow, params: { ws: desk.ws, companyId } },
  )
  assert.ok(stored)
  await desk.warehouse.insert('crm_links_raw', [
    { ...stored, status: 'stale', version: String(BigInt(stored.version) + 1n) },
  ])
}

test('rows of people get an Account that is made after them, whoever does something next', async () => {
  desk = await desks.open()
  const company = newCompany('Late')
  await push(crowd(3, company))
  await settle()
  assert.deepEqual(accountsOfRows(), [null, null, null])
  await desk.seedCompany(company)
  await desk.work('company', [company.id])
  await settle()
  const account = accountId('Late')
  assert.deepEqual(accountsOfRows(), [account, account, account])
  assert.equal((await linkOf(company.id))?.status, 'linked')
  assert.equal(desk.org.admin.stats().noOpWrites, 0)
})

test('a Contact that was made before the Account comes under it, and stays where a rep put it', async () => {
  desk = await desks.open({ crm: { createPeopleAs: 'contact' } })
  const company = newCompany('Under')
  const [ours, moved] = crowd(2, company)
  assert.ok(ours && moved)
  await push([ours, moved])
  await settle()
  makeAccount('Elsewhere')
  const contact = live('Contact').find(({ values }) => values['Leadline_Id__c'] === moved.contactId)
  asRep({ op: 'update', id: contact?.id ?? '', values: { AccountId: accountId('Elsewhere') } })
  await desk.seedCompany(company)
  await desk.work('company', [company.id])
  await settle()
  const accounts = Object.fromEntries(
    live('Contact').map(({ values }) => [values['Leadline_Id__c'], values['AccountId']]),
  )
  assert.deepEqual(accounts, {
    [ours.contactId]: accountId('Under'),
    [moved.contactId]: accountId('Elsewhere'),
  })
})

test('who is looked at because of an Account and refers to it already costs no call', async () => {
  desk = await desks.open()
  const company = newCompany('Right')
  await desk.seedCompany(company)
  await push(crowd(3, company))
  await settle()
  assert.equal((await linkOf(company.id))?.status, 'linked')
  await desk.stop()
  const before = desk.org.admin.log().at(-1)?.seq ?? 0
  await makeStale(company.id)
  await desk.start()
  await until(async () => (await linkOf(company.id))?.status === 'linked', 'the company is settled')
  const calls = desk.org.admin.log(before).map(({ path, body }) => `${path} ${JSON.stringify(body)}`)
  assert.ok(calls.some((call) => call.includes(accountId('Right'))))
  for (const { id } of live('Lead')) assert.ok(!calls.some((call) => call.includes(id)), 'a Lead is read')
})

test('rows that Salesforce took along when Accounts were merged are not written again', async () => {
  desk = await desks.open()
  const company = newCompany('Loser')
  await desk.seedCompany(company)
  const people = crowd(3, company)
  await push(people)
  await settle()
  makeAccount('Winner')
  const winnerId = accountId('Winner')
  asRep({ op: 'merge', winnerId, loserIds: [accountId('Loser')] })
  await until(async () => {
    const link = await linkOf(company.id)
    return link?.crm_id === winnerId && link.status === 'linked'
  }, 'the company follows its Account')
  await desk.seed(
    people.map((person, n) => ({
      ...person,
      sessions: [...(person.sessions ?? []), { sessionId: randomUUID(), startedAtMs: DAY * 1.001 + n }],
    })),
  )
  await desk.work(
    'contact',
    people.map(({ contactId }) => contactId),
  )
  await settle()
  assert.deepEqual(
    accountsOfRows(),
    Array.from({ length: 6 }, () => winnerId),
  )
  assert.equal(desk.org.admin.stats().noOpWrites, 0)
})

test('a process that is killed between an Account and its people leaves them to the next one', async () => {
  desk = await desks.open()
  const company = newCompany('Killed')
  await push(crowd(3, company))
  await settle()
  await desk.stop()
  await desk.seedCompany(company)
  await desk.work('company', [company.id])
  desk.org.admin.faults.add({
    match: { path: 'sobjects/Lead$' },
    times: null,
    action: { type: 'delay', ms: 30_000 },
  })
  const child = forkSync({ settings: desk.settings, connection: desks.connection() })
  try {
    await once(child, 'message')
    await until(isWorkDone, 'the Account is made')
    assert.equal((await linkOf(company.id))?.status, 'stale')
  } finally {
    await killHard(child)
  }
  desk.org.admin.faults.remove()
  assert.deepEqual(accountsOfRows(), [null, null, null])
  await settle()
  const account = accountId('Killed')
  assert.deepEqual(accountsOfRows(), [account, account, account])
  assert.equal((await linkOf(company.id))?.status, 'linked')
})
