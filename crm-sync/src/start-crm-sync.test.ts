import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { kindOfCall, REP_USERNAME, type LogEntry } from '@leadline/salesforce-sandbox'
import { moveLead, newPerson, until, type Desk } from '../test-support/desk.ts'
import { prepareDesks } from '../test-support/prepare-desks.ts'

const desks = prepareDesks()
let desk: Desk

const DAY = Date.UTC(2026, 10, 2, 9)
const visit = (startedAtMs = DAY) => ({ sessionId: randomUUID(), startedAtMs })

/** Live records of an object. */
const records = (object: string, where?: string) =>
  desk.org.admin.records(object, where).filter((record) => record.deletedAtMs === null)

function only(object: string, where?: string) {
  const [record, ...others] = records(object, where)
  assert.ok(record, `no ${object}`)
  assert.deepEqual(others, [])
  return record
}

const asRep = (values: Readonly<Record<string, string | null>>, id: string): void => {
  const [result] = desk.org.admin.act({ as: REP_USERNAME, ops: [{ op: 'update', id, values }] })
  assert.equal(result?.ok, true)
}

const isWrite = (entry: LogEntry): boolean => kindOfCall(entry) === 'write'

const writes = () => desk.org.admin.log().filter(isWrite)

test('a qualified lead, its company and its visit appear once, linked to each other', async () => {
  desk = await desks.open()
  const company = { id: randomUUID(), name: 'Acme', domain: 'acme.example' }
  const person = newPerson('ann@acme.example', {
    companyId: company.id,
    name: 'Ann Arbor',
    traits: { title: 'CTO', phone: '+49 30 1234' },
    sessions: [visit()],
  })
  await desk.seedCompany(company)
  await desk.seed([person])
  await desk.work('contact', [person.contactId])
  await desk.work('company', [company.id])
  await desk.settle()

  const lead = only('Lead')
  assert.partialDeepStrictEqual(lead.values, {
    LastName: 'Arbor',
    FirstName: 'Ann',
    Email: person.email,
    Company: 'acme.example',
    Title: 'CTO',
    Leadline_Id__c: person.contactId,
    Leadline_Stage__c: 'qualified',
    Leadline_Source__c: 'google / cpc (spring)',
    Leadline_Sessions__c: 1,
  })
  const account = only('Account')
  assert.partialDeepStrictEqual(account.values, {
    Name: 'Acme',
    Website: 'acme.example',
    Leadline_Domain__c: 'acme.example',
    Leadline_Id__c: company.id,
  })
  assert.partialDeepStrictEqual(only('Leadline_Activity__c').values, {
    Leadline_Lead__c: lead.id,
    Leadline_Account__c: account.id,
    Leadline_Summary__c:
      'Visited 3 pages in 3 min: Pricing, Docs. Signed Up. Came from google / cpc (spring).',
  })
  const deliveries = await desk.deliveries()
  assert.deepEqual(deliveries.map(({ object, outcome }) => `${object} ${outcome}`).sort(), [
    'Account created',
    'Lead created',
    'Leadline_Activity__c created',
  ])
})

test('a write is put down to the identity change that it waited for, not to the page view after it', async () => {
  desk = await desks.open()
  const person = newPerson('why@reason.example', { sessions: [visit()] })
  await desk.seed([person])
  await desk.work('contact', [person.contactId], 'identity')
  await desk.work('contact', [person.contactId], 'session')
  await desk.settle()
  const reasons = new Set((await desk.deliveries()).map(({ reason }) => reason))
  assert.deepEqual(reasons, new Set(['identity']))
})

test('the same work again writes nothing, also after a restart', async () => {
  desk = await desks.open()
  const people = [1, 2, 3].map((n) =>
    newPerson(`p${n}@again.example`, { sessions: [visit(), visit(DAY * 1.001)] }),
  )
  await desk.seed(people)
  const ids = people.map((person) => person.contactId)
  await desk.work('contact', ids)
  await desk.settle()
  const before = writes().length
  await desk.work('contact', ids)
  await desk.settle()
  await desk.stop()
  await desk.start()
  await desk.work('contact', ids)
  await desk.settle()
  assert.equal(records('Lead').length, 3)
  assert.equal(records('Leadline_Activity__c').length, 6)
  assert.equal(writes().length, before)
  assert.equal(desk.org.admin.stats().noOpWrites, 0)
})

test("a rep's edit survives what is learnt later, and what we wrote is corrected", async () => {
  desk = await desks.open()
  const person = newPerson('bo@edit.example', { name: 'Bo First', traits: { title: 'Dev' } })
  await desk.seed([person])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  asRep({ Title: 'Head of Everything' }, only('Lead').id)
  await desk.seed([{ ...person, name: 'Bo Second', traits: { title: 'CTO', phone: '1234' } }])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  assert.partialDeepStrictEqual(only('Lead').values, {
    Title: 'Head of Everything',
    LastName: 'Second',
    Phone: '1234',
  })
})

test('a Lead that a rep made is adopted by its mail, and its values stay', async () => {
  desk = await desks.open()
  desk.org.admin.act({
    as: REP_USERNAME,
    ops: [
      {
        op: 'create',
        object: 'Lead',
        values: { LastName: 'Of The Rep', Company: 'Rep Inc', Email: 'Cleo@Match.example' },
      },
    ],
  })
  const person = newPerson('cleo@match.example', { name: 'Cleo Ours', traits: { title: 'CEO' } })
  await desk.seed([person])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  assert.partialDeepStrictEqual(only('Lead').values, {
    LastName: 'Of The Rep',
    Company: 'Rep Inc',
    Title: 'CEO',
    Leadline_Id__c: person.contactId,
  })
})

test('two records with the mail are left for a person, with both named', async () => {
  desk = await desks.open()
  const values = { LastName: 'Twin', Company: 'X', Email: 'twin@match.example' }
  desk.org.admin.act({
    as: REP_USERNAME,
    ops: [
      { op: 'create', object: 'Lead', values },
      { op: 'create', object: 'Contact', values: { LastName: 'Twin', Email: 'twin@match.example' } },
    ],
  })
  const person = newPerson('twin@match.example', { sessions: [visit()] })
  await desk.seed([person])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  const [delivery, ...others] = await desk.deliveries()
  assert.deepEqual(others, [])
  assert.equal(delivery?.code, 'ambiguous_match')
  assert.ok(delivery?.message.includes(only('Lead').id))
  assert.ok(delivery?.message.includes(only('Contact').id))
  assert.deepEqual(writes(), [])
  assert.equal((await desk.report()).steps['parked'], 1)
})

test('an Account is matched by the domain of its website, not by a name that only ends alike', async () => {
  desk = await desks.open()
  desk.org.admin.act({
    as: REP_USERNAME,
    ops: [
      { op: 'create', object: 'Account', values: { Name: 'Other', Website: 'https://notacme.example' } },
      {
        op: 'create',
        object: 'Account',
        values: { Name: 'Acme GmbH', Website: 'https://www.acme.example/de' },
      },
    ],
  })
  const company = { id: randomUUID(), name: 'Acme', domain: 'acme.example' }
  await desk.seedCompany(company)
  await desk.work('company', [company.id])
  await desk.settle()
  assert.partialDeepStrictEqual(only('Account', `Leadline_Id__c = '${company.id}'`).values, {
    Name: 'Acme GmbH',
    Website: 'https://www.acme.example/de',
  })
  assert.equal(records('Account').length, 2)
})

test('a group that claims the domain of a company takes over its Account and what we wrote there', async () => {
  desk = await desks.open()
  const byDomain = { id: randomUUID(), name: 'acme.example', domain: 'acme.example' }
  const group = { ...byDomain, id: randomUUID(), name: 'Acme Inc' }
  const person = newPerson('gus@acme.example', { companyId: byDomain.id, sessions: [visit()] })
  await desk.seedCompany(byDomain)
  await desk.seed([person])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  const account = only('Account')
  // A rep's second Account with the same website is none of our business while the first one is known.
  desk.org.admin.act({
    as: REP_USERNAME,
    ops: [{ op: 'create', object: 'Account', values: { Name: 'Twin', Website: 'acme.example' } }],
  })

  await desk.seedCompany({ ...byDomain, gone: true })
  await desk.seedCompany(group)
  await desk.seed([{ ...person, companyId: group.id, sessions: [visit(DAY + 7_200_000)] }])
  await desk.work('company', [byDomain.id, group.id], 'company')
  await desk.work('contact', [person.contactId])
  await desk.settle()

  assert.equal(only('Account', "Name = 'Acme Inc'").id, account.id)
  assert.equal(records('Account').length, 2)
  const rows = records('Leadline_Activity__c')
  assert.deepEqual(
    rows.map(({ values }) => values['Leadline_Account__c']),
    [account.id, account.id],
  )
  const links = (await desk.links()).filter(({ kind }) => kind === 'company')
  assert.deepEqual(Object.fromEntries(links.map(({ id, status, crm_id }) => [id, [status, crm_id]])), {
    [byDomain.id]: ['moved', account.id],
    [group.id]: ['linked', account.id],
  })
  assert.equal((await desk.report()).steps['parked'], 0)
})

test('a company that nobody is in gets no Account: its people are all of a group', async () => {
  desk = await desks.open()
  const empty = { id: randomUUID(), name: 'acme.example', domain: 'acme.example', leads: 0 }
  await desk.seedCompany(empty)
  await desk.work('company', [empty.id], 'company')
  await desk.settle()
  assert.deepEqual(records('Account'), [])

  await desk.seedCompany({ ...empty, leads: 1 })
  await desk.work('company', [empty.id], 'company')
  await desk.settle()
  assert.equal(only('Account').values['Website'], 'acme.example')
})

test('an Account that was deleted is not made again when a group claims the domain', async () => {
  desk = await desks.open()
  const byDomain = { id: randomUUID(), name: 'acme.example', domain: 'acme.example' }
  const group = { ...byDomain, id: randomUUID(), name: 'Acme Inc' }
  await desk.seedCompany(byDomain)
  await desk.work('company', [byDomain.id], 'company')
  await desk.settle()
  desk.org.admin.act({ as: REP_USERNAME, ops: [{ op: 'delete', id: only('Account').id }] })
  await until(async () => (await desk.links())[0]?.status === 'deleted', 'the deletion is noticed')

  await desk.seedCompany({ ...byDomain, gone: true })
  await desk.seedCompany(group)
  await desk.work('company', [group.id], 'company')
  await desk.settle()
  assert.deepEqual(records('Account'), [])
})

test('a converted Lead is followed to its Contact, and its visits hang there', async () => {
  desk = await desks.open()
  const person = newPerson('dana@convert.example', { name: 'Dana D', sessions: [visit()] })
  await desk.seed([person])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  const leadId = only('Lead').id
  desk.org.admin.act({ ops: [{ op: 'convert', leadId }] })
  await desk.seed([{ ...person, sessions: [visit(DAY + 7_200_000)], traits: { title: 'COO' } }])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  const contact = only('Contact')
  assert.partialDeepStrictEqual(contact.values, { Title: 'COO', Leadline_Id__c: person.contactId })
  assert.equal(records('Lead').length, 1)
  await until(
    () => records('Leadline_Activity__c', `Leadline_Contact__c = '${contact.id}'`).length === 2,
    'both visits hang on the Contact',
  )
  const link = (await desk.links()).find(({ kind }) => kind === 'contact')
  assert.partialDeepStrictEqual(link, {
    object: 'Contact',
    crm_id: contact.id,
    external_id: person.contactId,
  })
})

test('a Lead that was deleted in Salesforce is not made again', async () => {
  desk = await desks.open()
  const person = newPerson('eve@deleted.example', { sessions: [visit()] })
  await desk.seed([person])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  desk.org.admin.act({ ops: [{ op: 'delete', id: only('Lead').id }] })
  await desk.work('contact', [person.contactId])
  await desk.settle()
  assert.deepEqual(records('Lead'), [])
  const link = (await desk.links()).find(({ kind }) => kind === 'contact')
  assert.equal(link?.status, 'deleted')
})

test('a changed mail takes its record along', async () => {
  desk = await desks.open()
  const old = newPerson('old@mail.example', { name: 'Fay F' })
  await desk.seed([old])
  await desk.work('contact', [old.contactId])
  await desk.settle()
  const renamed = { ...old, contactId: randomUUID(), email: 'new@mail.example' }
  await desk.seed([renamed])
  await moveLead(desk, old.leadId, old.contactId)
  await desk.work('contact', [renamed.contactId, old.contactId])
  await desk.settle()
  assert.partialDeepStrictEqual(only('Lead').values, {
    Email: 'new@mail.example',
    Leadline_Id__c: old.contactId,
  })
  const other = newPerson('old@mail.example', { contactId: old.contactId, name: 'Gus G' })
  await desk.seed([other])
  await desk.work('contact', [other.contactId])
  await desk.settle()
  assert.equal(records('Lead').length, 2)
  assert.partialDeepStrictEqual(only('Lead', `Email = 'old@mail.example'`).values, { LastName: 'G' })
})

test('void leads and leads without mail stay out', async () => {
  desk = await desks.open()
  const people = [newPerson('void@x.example', { quarantined: true }), newPerson('')]
  await desk.seed(people)
  await desk.work(
    'contact',
    people.map((person) => person.contactId),
  )
  await desk.settle()
  assert.deepEqual(records('Lead'), [])
  assert.deepEqual(await desk.deliveries(), [])
})

test('with manual creation only records that exist are written', async () => {
  desk = await desks.open({ crm: { create: 'manual' } })
  desk.org.admin.act({
    as: REP_USERNAME,
    ops: [
      { op: 'create', object: 'Lead', values: { LastName: 'H', Company: 'X', Email: 'here@manual.example' } },
    ],
  })
  const people = [
    newPerson('here@manual.example', { traits: { title: 'CFO' } }),
    newPerson('new@manual.example'),
  ]
  await desk.seed(people)
  await desk.work(
    'contact',
    people.map((person) => person.contactId),
  )
  await desk.settle()
  assert.equal(only('Lead').values['Title'], 'CFO')
})

test('a session that got an earlier start keeps its row; one that was joined to another loses it', async () => {
  desk = await desks.open()
  const first = visit()
  const second = visit(DAY + 3_600_000)
  const person = newPerson('ida@late.example', { sessions: [first, second] })
  await desk.seed([person])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  const rowOfFirst = only('Leadline_Activity__c', `Leadline_Id__c = '${first.sessionId}'`).id
  const earlier = { sessionId: randomUUID(), startedAtMs: DAY - 600_000, endedAtMs: DAY + 3_700_000 }
  await desk.seed([{ ...person, sessions: [earlier], goneSessions: [first, second] }])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  const row = only('Leadline_Activity__c')
  assert.equal(row.id, rowOfFirst)
  assert.equal(row.values['Leadline_Id__c'], earlier.sessionId)
  assert.deepEqual(
    (await desk.links()).filter(({ kind }) => kind === 'session').map(({ id }) => id),
    [earlier.sessionId],
  )
})

test('a session that moves to another lead takes its row along', async () => {
  desk = await desks.open()
  const moving = visit()
  const people = [
    newPerson('jo@move.example', { sessions: [moving] }),
    newPerson('kim@move.example'),
  ] as const
  await desk.seed(people)
  await desk.work(
    'contact',
    people.map((person) => person.contactId),
  )
  await desk.settle()
  const rowId = only('Leadline_Activity__c').id
  await desk.seed([
    { ...people[0], sessions: [], goneSessions: [moving] },
    { ...people[1], sessions: [moving] },
  ])
  await desk.work(
    'contact',
    people.map((person) => person.contactId),
  )
  await desk.settle()
  const row = only('Leadline_Activity__c')
  assert.equal(row.id, rowId)
  assert.equal(row.values['Leadline_Lead__c'], only('Lead', `Email = 'kim@move.example'`).id)
})

test('the row of a visit that goes on is written at once, then refreshed, also after a restart', async () => {
  desk = await desks.open({ crm: { refreshMs: 60_000 } })
  const session = { sessionId: randomUUID(), startedAtMs: Date.now() - 60_000, endedAtMs: Date.now() }
  const person = newPerson('lee@open.example', { sessions: [{ ...session, pages: 1 }] })
  await desk.seed([person])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  const pages = () => only('Leadline_Activity__c').values['Leadline_Pages__c']
  assert.equal(pages(), 1)
  await desk.seed([{ ...person, sessions: [{ ...session, pages: 2 }] }])
  await desk.work('contact', [person.contactId], 'session')
  await desk.settle()
  assert.equal(pages(), 1)
  await desk.stop()
  await desk.start()
  await until(() => pages() === 2, 'the refresh that the last process held back is made')
  await until(async () => {
    const link = (await desk.links()).find(({ kind }) => kind === 'contact')
    return link?.status === 'linked'
  }, 'the link is no longer stale')
})

test('a refresh that was held back is made after the interval, without further work', async () => {
  desk = await desks.open({ crm: { refreshMs: 1000 } })
  const session = { sessionId: randomUUID(), startedAtMs: Date.now() - 60_000, endedAtMs: Date.now() }
  const person = newPerson('max@open.example', { sessions: [{ ...session, pages: 1 }] })
  await desk.seed([person])
  await desk.work('contact', [person.contactId])
  await desk.settle()
  await desk.seed([{ ...person, sessions: [{ ...session, pages: 2 }] }])
  await desk.work('contact', [person.contactId], 'session')
  await desk.settle()
  await until(
    () => only('Leadline_Activity__c').values['Leadline_Pages__c'] === 2,
    'the row shows the second page',
  )
})

test('hostile names go in as they are, and nothing of them is read as a command', async () => {
  desk = await desks.open()
  const people = [
    newPerson("o'hara\\' or name != '@quote.example", { name: `Robert'); DROP -- "\\` }),
    newPerson('emoji@quote.example', { name: '😀 Ünïcödé', traits: { title: '=HYPERLINK("x")' } }),
    newPerson('long@quote.example', { name: `A ${'x'.repeat(200)}` }),
  ]
  await desk.seed(people)
  const ids = people.map((person) => person.contactId)
  await desk.work('contact', ids)
  await desk.settle()
  assert.deepEqual(
    desk.org.admin.log().flatMap((entry) => entry.codes.filter((code) => code === 'MALFORMED_QUERY')),
    [],
  )
  assert.equal(only('Lead', `Email = 'emoji@quote.example'`).values['Title'], '=HYPERLINK("x")')
  assert.equal(only('Lead', `Email = 'long@quote.example'`).values['LastName'], 'x'.repeat(80))
  const before = writes().length
  await desk.work('contact', ids)
  await desk.settle()
  assert.equal(writes().length - before <= 1, true, 'only a record that was refused is tried again')
})
