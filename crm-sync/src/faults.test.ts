import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { FaultInput } from '@leadline/salesforce-sandbox'
import { loseAnswerOfWrite, newPerson, until, type Desk, type SeededPerson } from '../test-support/desk.ts'
import { prepareDesks } from '../test-support/prepare-desks.ts'
import { forkSync, killHard } from '../test-support/sync-process.ts'

const desks = prepareDesks()
let desk: Desk

const START = Date.UTC(2026, 10, 2, 9)

const crowd = (count: number, domain: string): SeededPerson[] =>
  Array.from({ length: count }, (_, index) =>
    newPerson(`p${index}@${domain}`, {
      sessions: [
        { sessionId: randomUUID(), startedAtMs: START },
        { sessionId: randomUUID(), startedAtMs: START + 7_200_000 },
      ],
    }),
  )

const live = (object: string) =>
  desk.org.admin.records(object).filter((record) => record.deletedAtMs === null)

const isHit = (): boolean =>
  desk.org.admin.faults.list().some((rule) => 'hits' in rule && Number(rule.hits) > 0)

const workOn = (people: readonly SeededPerson[]): Promise<void> => desk.push(people)

/** Each person is one Lead, each session one row, and each row hangs on its person. */
async function assertTrue(people: readonly SeededPerson[]): Promise<void> {
  const leads = live('Lead')
  assert.deepEqual(
    leads.map((record) => String(record.values['Email'])).sort(),
    people.map((person) => person.email).sort(),
  )
  const rows = live('Leadline_Activity__c')
  assert.deepEqual(
    rows.map((record) => String(record.values['Leadline_Id__c'])).sort(),
    people.flatMap((person) => person.sessions?.map((session) => session.sessionId) ?? []).sort(),
  )
  const leadIds = new Set(leads.map((record) => record.id))
  for (const row of rows) assert.ok(leadIds.has(String(row.values['Leadline_Lead__c'])))
  const links = await desk.links()
  assert.equal(links.filter(({ kind }) => kind === 'contact').length, people.length)
  assert.equal(links.filter(({ kind }) => kind === 'session').length, rows.length)
}

const CALLS: readonly { readonly title: string; readonly match: FaultInput['match'] }[] = [
  { title: 'the token', match: { path: '/services/oauth2/token' } },
  { title: 'descriptions, or reads, in one call', match: { path: '/composite$' } },
]

for (const { title, match } of CALLS) {
  test(`an answer lost after the work was done leads to no duplicate: ${title}`, async () => {
    desk = await desks.open()
    const people = crowd(3, 'lost.example')
    desk.org.admin.faults.add({ match, times: 2, action: { type: 'dropAfter' } })
    await workOn(people)
    await desk.settle()
    await assertTrue(people)
    assert.equal(desk.org.admin.stats().noOpWrites, 0)
  })
}

test('nor does one that is lost to the write of people and their rows', async () => {
  desk = await desks.open()
  const people = crowd(3, 'unheard.example')
  await workOn(people)
  const lost = loseAnswerOfWrite(desk, 'Lead')
  await desk.start()
  await lost
  await desk.settle()
  await assertTrue(people)
  assert.equal(desk.org.admin.stats().noOpWrites, 0)
})

test('an outage only delays: everything is there afterwards', async () => {
  desk = await desks.open()
  const people = crowd(3, 'outage.example')
  desk.org.admin.faults.add({ match: { path: '/composite|/query' }, times: 6, action: { type: 'html503' } })
  await workOn(people)
  await desk.settle()
  await assertTrue(people)
})

test('a locked row is tried again while the others go through', async () => {
  desk = await desks.open()
  const people = crowd(3, 'lock.example')
  const locked = people[1]?.email ?? ''
  desk.org.admin.faults.add({
    match: { recordKey: `Email=${locked}` },
    times: 2,
    action: { type: 'error', code: 'UNABLE_TO_LOCK_ROW', scope: 'record' },
  })
  await workOn(people)
  await desk.settle()
  await assertTrue(people)
  const tries = (await desk.deliveries()).filter(({ code }) => code === 'UNABLE_TO_LOCK_ROW')
  assert.deepEqual(
    tries.map(({ attempt }) => attempt),
    [1, 2],
  )
})

test('a record that a rule of the org refuses is parked with its reason, and tried again on its next change', async () => {
  desk = await desks.open()
  const [refused, ...others] = crowd(3, 'rule.example')
  assert.ok(refused)
  desk.org.admin.faults.add({
    match: { recordKey: `Email=${refused.email}` },
    action: {
      type: 'error',
      code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      message: 'Title is needed',
      scope: 'record',
    },
  })
  await workOn([refused, ...others])
  await desk.settle()
  await assertTrue(others)
  const failed = (await desk.deliveries()).filter(({ outcome }) => outcome === 'failed')
  assert.deepEqual(
    failed.map(({ id, code, message }) => ({ id, code, message })),
    [{ id: refused.contactId, code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Title is needed' }],
  )
  assert.equal((await desk.report()).steps['parked'], 1)
  await workOn([refused])
  await desk.settle()
  await assertTrue([refused, ...others])
})

test('an expired session is renewed once and the call repeated', async () => {
  desk = await desks.open()
  const people = crowd(2, 'session.example')
  desk.org.admin.faults.add({
    match: { path: '/composite$' },
    action: { type: 'error', code: 'INVALID_SESSION_ID', status: 401 },
  })
  await workOn(people)
  await desk.settle()
  await assertTrue(people)
  const tokens = desk.org.admin.log().filter((entry) => entry.path.includes('/oauth2/token'))
  assert.equal(tokens.length, 2)
})

test('a connection that stays refused stops the writes, keeps the work and says so once', async () => {
  desk = await desks.open()
  const people = crowd(2, 'broken.example')
  const fault = desk.org.admin.faults.add({
    match: { path: '/services/data/' },
    times: null,
    action: { type: 'error', code: 'INVALID_SESSION_ID', status: 401 },
  })
  await workOn(people)
  await desk.start()
  await until(
    async () => ((await desk.report()).steps['broken'] ?? 0) === 1,
    'the connection is known as broken',
  )
  const seen = desk.org.admin.log().length
  await until(() => desk.org.admin.log().length > seen + 8, 'it was tried again a few times')
  const report = await desk.report()
  assert.equal(report.idle, false)
  assert.equal(report.steps['waiting'], 2)
  const said = desk.logged.filter((line) => line.includes('connection to Salesforce is refused'))
  assert.ok(said.length <= 2, 'once by the writes and once by the poll')
  desk.org.admin.faults.remove(fault)
  await desk.settle()
  await assertTrue(people)
})

test('an org without calls left is waited for', async () => {
  desk = await desks.open()
  const people = crowd(2, 'budget.example')
  desk.org.admin.faults.add({
    match: { path: '/services/data/' },
    times: 8,
    action: { type: 'error', code: 'REQUEST_LIMIT_EXCEEDED' },
  })
  await workOn(people)
  await desk.settle()
  await assertTrue(people)
  assert.ok(desk.logged.some((line) => line.includes('no API calls left')))
})

test('a Lead that is converted between our read and our write is followed to its Contact', async () => {
  desk = await desks.open({ crm: { pollMs: 60_000 } })
  const person = newPerson('between@convert.example', { traits: { title: 'Dev' } })
  await workOn([person])
  await desk.settle()
  desk.org.admin.faults.add({
    match: { path: '/composite$' },
    action: { type: 'delay', ms: 500 },
  })
  await workOn([{ ...person, traits: { title: 'CTO' } }])
  await until(isHit, 'the write is on its way')
  desk.org.admin.act({ ops: [{ op: 'convert', leadId: live('Lead')[0]?.id ?? '' }] })
  await desk.settle()
  assert.partialDeepStrictEqual(live('Contact')[0]?.values, {
    Email: person.email,
    Title: 'CTO',
    Leadline_Id__c: person.contactId,
  })
  const [link] = (await desk.links()).filter(({ kind }) => kind === 'contact')
  assert.equal(link?.object, 'Contact')
  // Our write is told that it had read an older Lead, or that the Lead is converted.
  const refused = (await desk.deliveries()).filter(({ code }) =>
    ['PRECONDITION_FAILED', 'CANNOT_UPDATE_CONVERTED_LEAD'].includes(code),
  )
  assert.equal(refused.length, 1)
})

test('an org without our package is named, and the work waits for it', async () => {
  desk = await desks.open({ org: { schemaDirs: [] } })
  const people = crowd(1, 'bare.example')
  await workOn(people)
  await desk.start()
  await until(
    () => desk.logged.some((line) => line.includes('install the Leadline package')),
    'the log says so',
  )
  assert.equal((await desk.report()).idle, false)
  assert.deepEqual(live('Lead'), [])
})

test('no line of the log quotes a mail or a secret', async () => {
  desk = await desks.open()
  const people = crowd(2, 'quiet.example')
  desk.org.admin.faults.add({
    match: { path: '/composite|/query' },
    times: 9,
    action: { type: 'error', code: 'UNKNOWN_EXCEPTION', message: `about ${people[0]?.email}`, status: 500 },
  })
  await workOn(people)
  await desk.settle()
  const text = desk.logged.join('\n')
  assert.ok(text.length > 0)
  assert.doesNotMatch(text, /quiet\.example|not-a-secret/)
})

test('killed at any point and started again, nothing is lost or doubled', async () => {
  desk = await desks.open()
  const people = crowd(30, 'killed.example')
  await workOn(people)
  for (const requests of [3, 9, 12]) {
    const child = forkSync({ settings: desk.settings, connection: desks.connection() })
    const seen = desk.org.admin.log().length
    await until(() => desk.org.admin.log().length >= seen + requests, `${requests} requests were made`)
    await killHard(child)
    await desk.work(
      'contact',
      people.map((person) => person.contactId),
    )
  }
  await desk.settle()
  await assertTrue(people)
})
