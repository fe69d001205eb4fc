import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { REP_USERNAME } from '@leadline/salesforce-sandbox'
import { newPerson, QUICK_PROBES, until, type Desk, type SeededPerson } from '../test-support/desk.ts'
import { prepareDesks } from '../test-support/prepare-desks.ts'
import { forkSync, killHard } from '../test-support/sync-process.ts'

const desks = prepareDesks()
let desk: Desk

const DAY = Date.UTC(2026, 10, 2, 9)
/** LEADLINE_EVERY_CALL=1 breaks off at each call, not at each fourth; some minutes. */
const STEP = process.env['LEADLINE_EVERY_CALL'] ? 1 : 4

const live = (object: string) =>
  desk.org.admin.records(object).filter((record) => record.deletedAtMs === null)

function only(object: string) {
  const [record, ...others] = live(object)
  assert.ok(record, `no ${object}`)
  assert.deepEqual(
    others.map(({ id }) => id),
    [],
  )
  return record
}

const rep = (...ops: Parameters<Desk['org']['admin']['act']>[0]['ops']): readonly string[] =>
  desk.org.admin.act({ as: REP_USERNAME, ops }).map((result) => {
    assert.equal(result.ok, true, JSON.stringify(result))
    return result.ok ? String(Object.values(result.ids)[0]) : ''
  })

const push = (people: readonly SeededPerson[]): Promise<void> => desk.push(people)

const settle = (): Promise<void> => desk.settle()

const isHit = (): boolean =>
  desk.org.admin.faults.list().some((rule) => 'hits' in rule && Number(rule.hits) > 0)

const failed = async () => (await desk.deliveries()).filter(({ outcome }) => outcome === 'failed')
const alerts = (text: string): number => desk.logged.filter((line) => line.includes(text)).length

/** Three people, one of a company, with a visit each; then one learns something and all come back. */
function buildStory() {
  const company = { id: randomUUID(), name: 'Acme', domain: 'acme.example' }
  const first = [1, 2, 3].map((n) =>
    newPerson(`p${n}@acme.example`, {
      companyId: company.id,
      traits: { title: 'Dev' },
      sessions: [{ sessionId: randomUUID(), startedAtMs: DAY + n }],
    }),
  )
  const second = first.map((person, n) => ({
    ...person,
    traits: { title: n === 0 ? 'CTO' : 'Dev' },
    sessions: [...(person.sessions ?? []), { sessionId: randomUUID(), startedAtMs: DAY + 7_200_000 + n }],
  }))
  return { company, first, second }
}

function assertStory({ second }: ReturnType<typeof buildStory>): void {
  assert.deepEqual(
    live('Lead')
      .map(({ values }) => `${String(values['Email'])} ${String(values['Title'])}`)
      .sort(),
    ['p1@acme.example CTO', 'p2@acme.example Dev', 'p3@acme.example Dev'],
  )
  const account = only('Account')
  assert.deepEqual(
    live('Leadline_Activity__c')
      .map(({ values }) => String(values['Leadline_Id__c']))
      .sort(),
    second.flatMap(({ sessions }) => sessions.map(({ sessionId }) => sessionId)).sort(),
  )
  for (const { values } of live('Leadline_Activity__c'))
    assert.equal(values['Leadline_Account__c'], account.id)
  assert.equal(desk.org.admin.stats().noOpWrites, 0)
}

async function playStory(story: ReturnType<typeof buildStory>): Promise<void> {
  await desk.seedCompany(story.company)
  await push(story.first)
  await settle()
  await push(story.second)
  await settle()
}

test('the answer of any one call may be lost after its commit: the same records stand at the end', async () => {
  for (let call = 0; ; call += STEP) {
    desk = await desks.open({ crm: { pollMs: 60_000 } })
    const story = buildStory()
    desk.org.admin.faults.add({ match: { path: '^/services/' }, after: call, action: { type: 'dropAfter' } })
    await playStory(story)
    const isOver = desk.org.admin.stats().faults === 0
    assertStory(story)
    if (isOver) {
      assert.ok(call > 6, `the story has ${call} calls`)
      return
    }
    await desk.close()
  }
})

test('the process may be killed at any call: the next one finishes the work', async () => {
  for (let call = 1; call <= 6; call += STEP) {
    desk = await desks.open({ crm: { pollMs: 60_000 } })
    const story = buildStory()
    await desk.seedCompany(story.company)
    await push(story.first)
    desk.org.admin.faults.add({
      match: { path: '^/services/' },
      after: call,
      times: null,
      action: { type: 'delay', ms: 20_000 },
    })
    const child = forkSync({ settings: desk.settings, connection: desks.connection() })
    await until(isHit, `call ${call} is under way`)
    await killHard(child)
    desk.org.admin.faults.remove()
    await settle()
    await push(story.second)
    await settle()
    assertStory(story)
    if (call + STEP <= 6) await desk.close()
  }
})

test("a rep's edit between our read and our write is not overwritten", async () => {
  desk = await desks.open({ crm: { pollMs: 60_000 } })
  const person = newPerson('race@edit.example', { traits: { title: 'Dev', phone: '1' } })
  await push([person])
  await settle()
  const before = desk.org.admin.clock.now()
  await until(() => desk.org.admin.clock.now() - before > 1100, 'the clock of the org shows another second')
  desk.org.admin.faults.add({ match: { path: '/composite' }, after: 1, action: { type: 'delay', ms: 400 } })
  await push([{ ...person, traits: { title: 'CTO', phone: '1' } }])
  await until(isHit, 'we are about to write')
  rep({ op: 'update', id: only('Lead').id, values: { Title: 'Head of Everything' } })
  await settle()
  assert.equal(only('Lead').values['Title'], 'Head of Everything')
})

test('a flow that rewrites our field is answered once, and then left alone', async () => {
  desk = await desks.open()
  desk.org.admin.rules.automation({
    name: 'upper case stage',
    object: 'Lead',
    set: { Leadline_Stage__c: 'OF THE FLOW' },
  })
  const person = newPerson('flow@loop.example')
  for (let look = 0; look < 5; look += 1) {
    await push([person])
    await settle()
  }
  const writes = (await desk.deliveries()).filter(({ object }) => object === 'Lead')
  assert.deepEqual(
    writes.map(({ outcome }) => outcome),
    ['created', 'updated'],
  )
})

test('the loser of a merge leads to its winner, and comes back when it is undeleted', async () => {
  desk = await desks.open()
  const person = newPerson('loser@merge.example', {
    name: 'Lo Ser',
    sessions: [{ sessionId: randomUUID(), startedAtMs: DAY }],
  })
  await push([person])
  await settle()
  const loserId = only('Lead').id
  const [winnerId = ''] = rep({
    op: 'create',
    object: 'Lead',
    values: { LastName: 'Winner', Company: 'X', Email: 'winner@merge.example' },
  })
  rep({ op: 'merge', winnerId, loserIds: [loserId], values: {} })
  await push([{ ...person, traits: { phone: '+49 30 1' } }])
  await settle()
  const winner = only('Lead')
  assert.equal(winner.id, winnerId)
  assert.partialDeepStrictEqual(winner.values, {
    LastName: 'Winner',
    Phone: '+49 30 1',
    Leadline_Id__c: person.contactId,
  })
  await until(
    () => only('Leadline_Activity__c').values['Leadline_Lead__c'] === winnerId,
    'the visit hangs on the winner',
  )
  await settle()
  assert.equal(desk.org.admin.stats().noOpWrites, 0, 'Salesforce took the visit along')
})

test('a merge of two records of ours keeps both people, and writes the fields of one', async () => {
  desk = await desks.open()
  const people = ['a', 'b'].map((name) => newPerson(`${name}@both.example`, { name: `Ann ${name}` }))
  await push(people)
  await settle()
  const [first, second] = live('Lead')
  assert.ok(first && second)
  rep({ op: 'merge', winnerId: first.id, loserIds: [second.id], values: {} })
  for (let look = 0; look < 3; look += 1) {
    await push(people.map((person) => ({ ...person, traits: { phone: '1' } })))
    await settle()
  }
  assert.equal(only('Lead').id, first.id)
  const writes = (await desk.deliveries()).filter(({ outcome }) => outcome === 'updated')
  assert.ok(writes.length <= 2, 'no ping-pong')
})

test('a purged record counts as deleted: nothing is made anew', async () => {
  desk = await desks.open()
  const person = newPerson('gone@purge.example')
  await push([person])
  await settle()
  desk.org.admin.act({ ops: [{ op: 'hardDelete', id: only('Lead').id }] })
  await push([{ ...person, traits: { title: 'CTO' } }])
  await settle()
  assert.deepEqual(live('Lead'), [])
})

test('a deleted record that is undeleted is kept in step again', async () => {
  desk = await desks.open()
  const person = newPerson('back@undelete.example')
  await push([person])
  await settle()
  const { id } = only('Lead')
  rep({ op: 'delete', id })
  await push([{ ...person, traits: { title: 'CTO' } }])
  await settle()
  assert.deepEqual(live('Lead'), [])
  rep({ op: 'undelete', id })
  await until(() => only('Lead').values['Title'] === 'CTO', 'what was learnt meanwhile is written')
})

test('a duplicate rule that names the person elsewhere leads to that record', async () => {
  desk = await desks.open()
  const [id = ''] = rep({
    op: 'create',
    object: 'Lead',
    values: { FirstName: 'Dora', LastName: 'Double', Company: 'double.example' },
  })
  desk.org.admin.rules.duplicate({
    name: 'names',
    object: 'Lead',
    keys: [{ fields: ['FirstName', 'LastName'] }],
    onCreate: 'block',
  })
  const person = newPerson('dora@double.example', { name: 'Dora Double' })
  await push([person])
  await settle()
  const lead = only('Lead')
  assert.equal(lead.id, id)
  assert.partialDeepStrictEqual(lead.values, {
    Email: 'dora@double.example',
    Leadline_Id__c: person.contactId,
  })
})

test('a duplicate rule that names somebody with another mail leaves it to a person, with the candidate', async () => {
  desk = await desks.open()
  const [id = ''] = rep({
    op: 'create',
    object: 'Lead',
    values: { FirstName: 'Dora', LastName: 'Double', Company: 'X', Email: 'other@double.example' },
  })
  desk.org.admin.rules.duplicate({
    name: 'names',
    object: 'Lead',
    keys: [{ fields: ['FirstName', 'LastName'] }],
    onCreate: 'block',
  })
  await push([newPerson('dora@double.example', { name: 'Dora Double' })])
  await settle()
  assert.equal(only('Lead').id, id)
  const item = (await failed()).at(-1)
  assert.equal(item?.code, 'duplicate_rule')
  assert.ok(item.message.includes(id))
})

test('a duplicate rule that only alerts makes no second record, and keeps no known one from its news', async () => {
  desk = await desks.open()
  const known = newPerson('dora@alert.example', { name: 'Dora Double' })
  await push([known])
  await settle()
  const { id } = only('Lead')
  rep({ op: 'create', object: 'Lead', values: { FirstName: 'Dora', LastName: 'Double', Company: 'Y' } })
  desk.org.admin.rules.duplicate({
    name: 'names',
    object: 'Lead',
    keys: [{ fields: ['FirstName', 'LastName'] }],
    onCreate: 'alert',
    onEdit: 'alert',
  })
  await push([
    { ...known, traits: { title: 'CTO' } },
    newPerson('other@alert.example', { name: 'Dora Double' }),
  ])
  await settle()
  const leads = live('Lead')
  assert.equal(leads.find((lead) => lead.id === id)?.values['Title'], 'CTO')
  assert.deepEqual(
    leads.filter(({ values }) => values['Email'] === 'other@alert.example'),
    [],
  )
  assert.equal((await failed()).at(-1)?.code, 'ambiguous_match')
})

test('a field that is hidden mid-run is left out with one alert, and filled when it is shown again', async () => {
  desk = await desks.open({ probes: QUICK_PROBES })
  const people = [1, 2, 3].map((n) => newPerson(`p${n}@fls.example`))
  await push(people)
  await settle()
  desk.org.admin.permissions({ field: 'Lead.Title', read: false, edit: false })
  await push(people.map((person) => ({ ...person, traits: { title: 'CTO', phone: '1' } })))
  await settle()
  assert.deepEqual(
    live('Lead').map(({ values }) => [values['Title'] ?? null, values['Phone']]),
    people.map(() => [null, '1']),
  )
  assert.equal(alerts('Salesforce refuses records'), 1)
  desk.org.admin.permissions({ field: 'Lead.Title', read: true, edit: true })
  await until(() => live('Lead').every(({ values }) => values['Title'] === 'CTO'), 'the titles are filled in')
  await until(() => alerts('takes these records again') === 1, 'the end of it is said once')
})

test('a required field that nobody maps holds back new records with one alert, until it is no longer required', async () => {
  desk = await desks.open({ probes: QUICK_PROBES })
  desk.org.admin.rules.validation({
    name: 'industry',
    object: 'Lead',
    if: 'Industry = null',
    message: 'Industry is needed',
  })
  const people = [1, 2, 3].map((n) => newPerson(`p${n}@required.example`))
  await push(people)
  await settle()
  assert.deepEqual(live('Lead'), [])
  assert.equal(alerts('Salesforce refuses records'), 1)
  desk.org.admin.rules.remove('validation')
  await until(() => live('Lead').length === 3, 'all are made')
})

test('text is cut to the field, and the delivery says so', async () => {
  desk = await desks.open()
  await push([newPerson('long@text.example', { name: 'Lo Ng', traits: { title: 'x'.repeat(300) } })])
  await settle()
  assert.equal(String(only('Lead').values['Title']).length, 128)
  const [delivery] = await desk.deliveries()
  assert.equal(delivery?.message, 'Title cut to 128 characters')
})

test('a trigger that fails on large saves gets smaller ones', async () => {
  desk = await desks.open()
  desk.org.admin.rules.automation({
    name: 'limits',
    object: 'Lead',
    fail: 'Limits: execution of BeforeInsert caused by: System.LimitException: Too many SOQL queries: 101',
    aboveRows: 20,
  })
  const people = Array.from({ length: 60 }, (_, n) => newPerson(`p${n}@limits.example`))
  await push(people)
  await settle()
  assert.equal(live('Lead').length, 60)
})

test('an update does not give a record to another owner', async () => {
  desk = await desks.open()
  const person = newPerson('owner@keep.example')
  await push([person])
  await settle()
  const queueId = desk.org.admin.queue({ name: 'Inbound' })
  desk.org.admin.rules.assignment({ name: 'all', entries: [{ ownerId: queueId }] })
  const owner = only('Lead').values['OwnerId']
  await push([{ ...person, traits: { title: 'CTO' } }])
  await settle()
  assert.equal(only('Lead').values['Title'], 'CTO')
  assert.equal(only('Lead').values['OwnerId'], owner)
  await push([newPerson('new@keep.example')])
  await settle()
  assert.equal(
    live('Lead').find(({ values }) => values['Email'] === 'new@keep.example')?.values['OwnerId'],
    queueId,
  )
})

test('an owner by rule, whatever the case of the mail; an inactive one leaves it to the fallback', async () => {
  const ids: Record<string, string> = {}
  desk = await desks.open({
    crm: {
      owners: {
        rules: [{ where: [], from: 'lead.traits.ownerEmail' }],
        fallback: 'fallback@org.example',
        assignmentRules: true,
      },
    },
  })
  for (const [name, isActive] of [
    ['active', true],
    ['inactive', false],
    ['fallback', true],
  ] as const)
    ids[name] = desk.org.admin.user({
      username: `${name}@org.example`,
      email: `${name}@org.example`,
      lastName: name,
      isActive,
    })
  await push(
    ['active', 'inactive'].map((name) =>
      newPerson(`${name}@owned.example`, { traits: { ownerEmail: `${name.toUpperCase()}@Org.example` } }),
    ),
  )
  await settle()
  const ownerOf = (mail: string) =>
    live('Lead').find(({ values }) => values['Email'] === mail)?.values['OwnerId']
  assert.equal(ownerOf('active@owned.example'), ids['active'])
  assert.equal(ownerOf('inactive@owned.example'), ids['fallback'])
})

test('rows that commit ten minutes late, and many of one second, are all taken over', async () => {
  desk = await desks.open({ org: { clockMode: 'virtual' } })
  const person = newPerson('late@commit.example')
  await push([person])
  await settle()
  const { id } = only('Lead')
  const now = desk.org.admin.clock.now()
  const queueId = desk.org.admin.queue({ name: 'Late' })
  desk.org.admin.lateCommit({
    stampAt: new Date(now).toISOString(),
    commitAt: new Date(now + 599_000).toISOString(),
    act: { ops: [{ op: 'transfer', id, ownerId: queueId }] },
  })
  desk.org.admin.clock.advance(300_000)
  await push([newPerson('other@commit.example')])
  await settle()
  desk.org.admin.clock.advance(299_500)
  await until(async () => {
    const link = (await desk.links()).find(({ crm_id }) => crm_id === id)
    return link?.owner_name === 'Late'
  }, 'the late change is known')
})

test('an erased person leaves no value behind, and the record of the rep stays without ours', async () => {
  desk = await desks.open()
  const person = newPerson('forget@erase.example', {
    name: 'For Get',
    sessions: [{ sessionId: randomUUID(), startedAtMs: DAY }],
  })
  await push([person])
  await settle()
  await desk.work('contact', [person.contactId], 'erased')
  await settle()
  assert.deepEqual(live('Leadline_Activity__c'), [])
  assert.partialDeepStrictEqual(only('Lead').values, {
    Email: person.email,
    Leadline_Id__c: null,
    Leadline_Source__c: null,
  })
  assert.deepEqual(await desk.links(), [])
  const kept = await desk.deliveries()
  assert.deepEqual(new Set(kept.map(({ fields }) => fields)), new Set(['{}']))
})

test('when a Lead is converted during a visit, the row of that visit moves at once', async () => {
  desk = await desks.open({ crm: { refreshMs: 600_000 } })
  const now = Date.now()
  const session = { sessionId: randomUUID(), startedAtMs: now - 60_000, endedAtMs: now }
  await push([newPerson('live@convert.example', { sessions: [session] })])
  await settle()
  desk.org.admin.act({ ops: [{ op: 'convert', leadId: only('Lead').id }] })
  await until(
    () => only('Leadline_Activity__c').values['Leadline_Contact__c'] === only('Contact').id,
    'the row hangs on the Contact',
  )
})
