import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REP_USERNAME } from '../index.ts'
import { read, startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'

const LEAD = { LastName: 'Doe', Company: 'Acme', Email: 'ann@acme.example' }

function make(org: TestOrg, object: string, values: Record<string, string>): string {
  const [made] = org.admin.act({ ops: [{ op: 'create', object, values }] })
  return made?.ok === true ? (made.ids['id'] ?? '') : ''
}

const codeOf = (body: unknown): unknown => read(body, 0, 'errorCode')

test('a duplicate rule that alerts shows the match, and passes when told to', async (t) => {
  const org = await startTestOrg(t)
  const contactId = make(org, 'Contact', { LastName: 'Doe', Email: 'ANN@acme.example' })
  org.admin.rules.duplicate({
    name: 'People',
    object: 'Lead',
    matchAgainst: ['Lead', 'Contact'],
    keys: [{ fields: ['Email'] }],
  })
  const refused = await org.call('POST /sobjects/Lead', LEAD)
  assert.deepEqual([refused.status, codeOf(refused.body)], [400, 'DUPLICATES_DETECTED'])
  const result = read(refused.body, 0, 'duplicateResult')
  assert.deepEqual([read(result, 'allowSave'), read(result, 'duplicateRule')], [true, 'People'])
  const match = read(result, 'matchResults', 0, 'matchRecords', 0, 'record')
  assert.deepEqual([read(match, 'Id'), read(match, 'Email')], [contactId, undefined])
  const rows = [{ attributes: { type: 'Lead' }, ...LEAD }]
  const row = await org.call('POST /composite/sobjects', { records: rows })
  assert.deepEqual(read(row.body, 0, 'errors'), [
    { statusCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?', fields: [] },
  ])
  const header = { 'sforce-duplicate-rule-header': 'allowSave=true' }
  assert.equal((await org.call('POST /sobjects/Lead', LEAD, header)).status, 201)
})

test('a rule that blocks stays shut, a fuzzy key ignores punctuation, a bypassed user passes', async (t) => {
  const org = await startTestOrg(t)
  make(org, 'Account', { Name: 'Acme, Inc.' })
  const rule = { name: 'R', object: 'Account', keys: [{ fields: ['Name'], fuzzy: true }] }
  org.admin.rules.duplicate({ ...rule, onCreate: 'block' })
  const header = { 'sforce-duplicate-rule-header': 'allowSave=true' }
  const refused = await org.call('POST /sobjects/Account', { Name: 'ACME INC' }, header)
  assert.equal(read(refused.body, 0, 'duplicateResult', 'allowSave'), false)
  const [user] = org.admin.records('User', "LastName = 'Integration'")
  org.admin.rules.duplicate({ ...rule, onCreate: 'block', bypassUsers: [user?.id ?? ''] })
  assert.equal((await org.call('POST /sobjects/Account', { Name: 'ACME INC' })).status, 201)
})

test('a validation rule refuses in its own words', async (t) => {
  const org = await startTestOrg(t)
  org.admin.rules.validation({
    name: 'Phone',
    object: 'Lead',
    if: "Status = 'Working - Contacted' AND Phone = null",
    message: 'A phone number is needed.',
  })
  assert.equal((await org.call('POST /sobjects/Lead', LEAD)).status, 201)
  const refused = await org.call('POST /sobjects/Lead', { ...LEAD, Status: 'Working - Contacted' })
  assert.deepEqual(refused.body, [
    { message: 'A phone number is needed.', errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', fields: [] },
  ])
})

test('new leads are assigned, unless the caller says no', async (t) => {
  const org = await startTestOrg(t)
  const queueId = org.admin.queue({ name: 'Enterprise' })
  org.admin.rules.assignment({ name: 'A', entries: [{ if: "Company = 'Acme'", ownerId: queueId }] })
  await org.call('POST /sobjects/Lead', LEAD)
  await org.call('POST /sobjects/Lead', { ...LEAD, LastName: 'Own' }, { 'sforce-auto-assign': 'FALSE' })
  const owners = org.admin.records('Lead').map(({ values }) => values['OwnerId'])
  assert.equal(owners[0], queueId)
  assert.notEqual(owners[1], queueId)
})

test('a flow before the save rewrites a field in it; one after it saves again, as nobody', async (t) => {
  const org = await startTestOrg(t)
  org.admin.rules.automation({ name: 'Lower', object: 'Account', set: { Website: { lower: 'Website' } } })
  org.admin.rules.automation({ name: 'Touch', object: 'Contact', when: 'after', touchRelated: 'AccountId' })
  const made = await org.call('POST /sobjects/Account', { Name: 'Acme', Website: 'ACME.EXAMPLE' })
  const id = String(read(made.body, 'id'))
  assert.equal(org.admin.history(id).length, 1)
  org.admin.clock.advance(5000)
  await org.call('POST /sobjects/Contact', { LastName: 'Doe', AccountId: id })
  const [account] = org.admin.records('Account')
  assert.deepEqual(
    [account?.values['Website'], account?.values['SystemModstamp']],
    ['acme.example', '2026-11-20T09:00:05.000+0000'],
  )
  assert.deepEqual(
    org.admin.history(id).map(({ via }) => via),
    ['rest', 'flow'],
  )
})

test('a trigger that breaks above so many rows fails every row of the chunk', async (t) => {
  const org = await startTestOrg(t)
  const fail = 'System.LimitException: Too many SOQL queries: 101'
  org.admin.rules.automation({ name: 'LeadTrigger', object: 'Lead', fail, aboveRows: 1 })
  const records = ['a', 'b'].map((LastName) => ({ attributes: { type: 'Lead' }, ...LEAD, LastName }))
  const both = await org.call('POST /composite/sobjects', { records })
  assert.deepEqual(
    [0, 1].map((index) => read(both.body, index, 'errors', 0, 'message')),
    Array(2).fill(`LeadTrigger: execution of BeforeInsert caused by: ${fail}`),
  )
  const one = await org.call('POST /composite/sobjects', { records: records.slice(0, 1) })
  assert.equal(read(one.body, 0, 'success'), true)
})

test('a lock keeps children of an account out, for attempts or for a time', async (t) => {
  const org = await startTestOrg(t)
  const accountId = make(org, 'Account', { Name: 'Acme' })
  const save = async (): Promise<unknown> =>
    codeOf((await org.call('POST /sobjects/Contact', { LastName: 'Doe', AccountId: accountId })).body)
  org.admin.lock({ ids: [accountId], times: 1 })
  assert.deepEqual([await save(), await save()], ['UNABLE_TO_LOCK_ROW', undefined])
  org.admin.lock({ ids: [accountId], forMs: 30_000 })
  assert.equal(await save(), 'UNABLE_TO_LOCK_ROW')
  org.admin.clock.advance(25_000)
  assert.equal(await save(), undefined, 'a save waits for ten seconds')
})

test('a late commit appears behind the cursor of a poll', async (t) => {
  const org = await startTestOrg(t)
  org.admin.lateCommit({
    commitAt: '2026-11-20T09:05:00.000Z',
    act: { ops: [{ op: 'create', object: 'Lead', values: LEAD }] },
  })
  const window = 'start=2026-11-20T08:59:00%2B00:00&end=2026-11-20T09:10:00%2B00:00'
  const before = await org.call(`GET /sobjects/Lead/updated?${window}`)
  assert.deepEqual(before.body, { ids: [], latestDateCovered: '2026-11-20T09:00:00.000+0000' })
  org.admin.clock.advance(5 * 60_000)
  const [lead] = org.admin.records('Lead')
  assert.equal(lead?.values['SystemModstamp'], '2026-11-20T09:00:00.000+0000')
  const after = await org.call(`GET /sobjects/Lead/updated?${window}`)
  assert.deepEqual(after.body, { ids: [lead?.id], latestDateCovered: '2026-11-20T09:10:00.000+0000' })
})

test('replication calls tell of deletes, undeletes and windows that cannot be', async (t) => {
  const org = await startTestOrg(t)
  const id = make(org, 'Lead', LEAD)
  org.admin.act({ ops: [{ op: 'delete', id }] })
  const list = async (window: string): Promise<unknown> =>
    (await org.call(`GET /sobjects/Lead/deleted?${window}`)).body
  const window = 'start=2026-11-20T08:00:00Z&end=2026-11-20T09:10:00Z'
  assert.equal(read(await list(window), 'deletedRecords', 0, 'id'), id)
  org.admin.act({ ops: [{ op: 'undelete', id }] })
  assert.deepEqual(read(await list(window), 'deletedRecords'), [])
  for (const wrong of [
    'start=2026-11-20T09:00:00Z&end=2026-11-20T09:00:30Z',
    'start=2026-10-01T00:00:00Z&end=2026-11-20T09:00:00Z',
  ]) {
    assert.equal(codeOf(await list(wrong)), 'INVALID_REPLICATION_DATE')
  }
})

test('the bin is emptied after 15 days; a purged record is unknown', async (t) => {
  const org = await startTestOrg(t, { sessionMinutes: 100_000 })
  const id = make(org, 'Lead', LEAD)
  org.admin.act({ ops: [{ op: 'delete', id }] })
  assert.equal(codeOf((await org.call(`PATCH /sobjects/Lead/${id}`, {})).body), 'ENTITY_IS_DELETED')
  org.admin.clock.advance(15 * 86_400_000)
  assert.equal(codeOf((await org.call(`PATCH /sobjects/Lead/${id}`, {})).body), 'INVALID_CROSS_REFERENCE_KEY')
  assert.equal(org.admin.act({ ops: [{ op: 'undelete', id }] })[0]?.ok, false)
  assert.deepEqual(
    org.admin.history(id).map(({ event }) => event),
    ['create', 'delete', 'purge'],
  )
})

test('private records are seen by their owner, their queue and those who may see all', async (t) => {
  const org = await startTestOrg(t)
  const id = make(org, 'Lead', LEAD)
  org.admin.sharing({ Lead: 'private' })
  // The package lets its integration user see all leads.
  assert.equal((await org.call(`GET /sobjects/Lead/${id}`)).status, 200)
  org.admin.permissions({ object: 'Lead', viewAll: false })
  assert.equal((await org.call(`GET /sobjects/Lead/${id}`)).status, 404)
  const many = await org.call('POST /composite/sobjects/Lead', { ids: [id], fields: ['Id'] })
  assert.deepEqual(many.body, [null])
  const count = async (): Promise<unknown> =>
    read((await org.call('GET /query?q=SELECT+COUNT()+FROM+Lead')).body, 'totalSize')
  assert.equal(await count(), 0)
  const patch = await org.call(`PATCH /sobjects/Lead/${id}`, { Title: 'x' })
  assert.equal(codeOf(patch.body), 'INSUFFICIENT_ACCESS_OR_READONLY')
  const queueId = org.admin.queue({ name: 'Q', members: ['integration@leadline.example'] })
  org.admin.act({ ops: [{ op: 'transfer', id, ownerId: queueId }] })
  assert.equal(await count(), 1)
  org.admin.act({ ops: [{ op: 'transfer', id, ownerId: org.admin.records('User')[0]?.id ?? '' }] })
  org.admin.permissions({ system: { ModifyAllData: true } })
  assert.equal(await count(), 1)
})

test('roll-ups follow their children and formulas their record', async (t) => {
  const org = await startTestOrg(t)
  org.admin.schema.putField('Account', {
    fullName: 'Deals__c',
    label: 'Deals',
    type: 'Summary',
    summaryOperation: 'sum',
    summaryForeignKey: 'Opportunity.AccountId',
    summarizedField: 'Opportunity.Amount',
  })
  org.admin.schema.putField('Account', {
    fullName: 'Tag__c',
    label: 'Tag',
    type: 'Text',
    formula: '"<" & Name & ">"',
  })
  org.admin.permissions({ field: 'Account.Deals__c', read: true })
  org.admin.permissions({ field: 'Account.Tag__c', read: true })
  const AccountId = make(org, 'Account', { Name: 'Acme' })
  const deal = { Name: 'D', StageName: 'Prospecting', CloseDate: '2026-12-01', AccountId }
  await org.call('POST /sobjects/Opportunity', { ...deal, Amount: 5 })
  const second = await org.call('POST /sobjects/Opportunity', { ...deal, Amount: 7 })
  const read2 = async (): Promise<unknown[]> => {
    const { body } = await org.call('GET /query?q=SELECT+Deals__c,Tag__c+FROM+Account')
    return [read(body, 'records', 0, 'Deals__c'), read(body, 'records', 0, 'Tag__c')]
  }
  assert.deepEqual(await read2(), [12, '<Acme>'])
  await org.call(`DELETE /sobjects/Opportunity/${String(read(second.body, 'id'))}`)
  assert.deepEqual(await read2(), [5, '<Acme>'])
})

test('the judge finds overwrites, lost updates, duplicates, clears and forbidden writes', async (t) => {
  const org = await startTestOrg(t)
  const id = String(read((await org.call('POST /sobjects/Lead', { ...LEAD, Title: 'CTO' })).body, 'id'))
  const checks = {
    noDuplicates: [{ object: 'Lead', key: 'Email' }],
    noLostUpdates: true,
    noOverwrites: {},
    noClears: {},
    noWritesTo: ['Lead.Phone'],
    callsBelow: 2,
    noOpWrites: true,
  }
  const failed = (): string[] =>
    org.admin
      .assert(checks)
      .filter(({ ok }) => !ok)
      .map(({ name }) => name)
  assert.deepEqual(failed(), [])
  org.admin.act({ as: REP_USERNAME, ops: [{ op: 'update', id, values: { Title: 'CEO' } }] })
  await org.call(`PATCH /sobjects/Lead/${id}`, { Title: 'CTO', Phone: '1' })
  await org.call(`PATCH /sobjects/Lead/${id}`, { Phone: null })
  await org.call(`PATCH /sobjects/Lead/${id}`, { Title: 'CTO' })
  await org.call('POST /sobjects/Lead', LEAD)
  assert.deepEqual(new Set(failed()), new Set(Object.keys(checks)))
})

test("a Name that follows from its parts is nobody's write, nor are defaults of a new record", async (t) => {
  const org = await startTestOrg(t)
  const id = String(read((await org.call('POST /sobjects/Lead', { ...LEAD, FirstName: 'Ann' })).body, 'id'))
  org.admin.act({ as: REP_USERNAME, ops: [{ op: 'update', id, values: { FirstName: 'Anna' } }] })
  await org.call(`PATCH /sobjects/Lead/${id}`, { LastName: 'Roe' })
  const results = org.admin.assert({
    noOverwrites: {},
    noLostUpdates: true,
    noWritesTo: ['Lead.Name', 'Lead.HasOptedOutOfEmail', 'Lead.OwnerId'],
  })
  assert.deepEqual(
    results.flatMap(({ problems }) => problems),
    [],
  )
})

test('an injected query is found by its template', async (t) => {
  const org = await startTestOrg(t)
  const ask = async (email: string): Promise<boolean> => {
    const q = `SELECT Id FROM Lead WHERE Email = '${email}'`
    const headers = { 'x-test-soql-template': "SELECT Id FROM Lead WHERE Email = '?'" }
    await org.call(`GET /query?q=${encodeURIComponent(q)}`, undefined, headers)
    return org.admin.assert({ noSoqlInjection: true })[0]?.ok === true
  }
  assert.equal(await ask("o\\'brien@acme.example"), true)
  assert.equal(await ask("\\\\' OR Name != '"), false)
})

test('a snapshot puts everything back', async (t) => {
  const org = await startTestOrg(t)
  const id = make(org, 'Lead', LEAD)
  const snapshot = org.admin.snapshot()
  org.admin.act({ ops: [{ op: 'delete', id }] })
  org.admin.rules.validation({ name: 'No', object: 'Lead', message: 'No.' })
  org.admin.restore(snapshot)
  assert.equal(org.admin.records('Lead')[0]?.deletedAtMs, null)
  assert.deepEqual(org.admin.rules.list('validation'), [])
  assert.equal((await org.call('POST /sobjects/Lead', LEAD)).status, 201)
})

test('a record in approval is edited by nobody until it is released', async (t) => {
  const org = await startTestOrg(t)
  const id = make(org, 'Lead', LEAD)
  org.admin.lock({ ids: [id], isApproval: true })
  const refused = await org.call(`PATCH /sobjects/Lead/${id}`, { Title: 'x' })
  assert.equal(codeOf(refused.body), 'ENTITY_IS_LOCKED')
  org.admin.unlock()
  assert.equal((await org.call(`PATCH /sobjects/Lead/${id}`, { Title: 'x' })).status, 204)
})

test('a field that is required on update holds every update back while it is empty', async (t) => {
  const org = await startTestOrg(t)
  const id = make(org, 'Lead', LEAD)
  const field = { fullName: 'Region__c', label: 'Region', type: 'Text', length: 20, required: true }
  org.admin.schema.putField('Lead', field)
  assert.equal((await org.call(`PATCH /sobjects/Lead/${id}`, { Title: 'x' })).status, 204)
  org.admin.schema.putField('Lead', { ...field, requiredOnUpdate: true })
  const refused = await org.call(`PATCH /sobjects/Lead/${id}`, { Title: 'y' })
  assert.deepEqual(
    [codeOf(refused.body), read(refused.body, 0, 'fields')],
    ['REQUIRED_FIELD_MISSING', ['Region__c']],
  )
  assert.equal((await org.call(`PATCH /sobjects/Lead/${id}`, { Title: 'y', Region__c: 'EU' })).status, 204)
})
