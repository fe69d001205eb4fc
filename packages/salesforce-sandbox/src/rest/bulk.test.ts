import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read, startTestOrg, type TestOrg, type TestReply } from '../../test-support/start-test-org.ts'

const CSV = { 'content-type': 'text/csv' }

async function open(org: TestOrg, job: object): Promise<string> {
  const reply = await org.call('POST /jobs/ingest', { object: 'Lead', operation: 'insert', ...job })
  assert.equal(reply.status, 200)
  return String(read(reply.body, 'id'))
}

async function load(org: TestOrg, job: object, csv: string): Promise<string> {
  const id = await open(org, job)
  assert.equal((await org.call(`PUT /jobs/ingest/${id}/batches`, csv, CSV)).status, 201)
  await org.call(`PATCH /jobs/ingest/${id}`, { state: 'UploadComplete' })
  return id
}

const lines = ({ body }: TestReply): string[] => String(body).trim().split('\n')

test('an upsert reports what it did, row by row, in no particular order', async (t) => {
  const org = await startTestOrg(t)
  const header = 'Leadline_Id__c,LastName,Company'
  const rows = ['a,Ant,Acme', 'b,"Bee, ""B""",Acme', 'c,,Acme', 'd,Dog,Acme', 'e,Eel,Acme']
  const id = await load(
    org,
    { operation: 'upsert', externalIdFieldName: 'Leadline_Id__c' },
    [header, ...rows].join('\n'),
  )
  const job = await org.call(`GET /jobs/ingest/${id}`)
  assert.deepEqual(
    ['state', 'numberRecordsProcessed', 'numberRecordsFailed', 'jobType'].map((key) => read(job.body, key)),
    ['JobComplete', 5, 1, 'V2Ingest'],
  )
  const good = await org.call(`GET /jobs/ingest/${id}/successfulResults/`)
  const [top, ...done] = lines(good)
  assert.equal(top, '"sf__Id","sf__Created","Leadline_Id__c","LastName","Company"')
  const keys = done.map((line) => line.split('","')[2])
  assert.deepEqual(new Set(keys), new Set(['a', 'b', 'd', 'e']))
  assert.notDeepEqual(keys, ['a', 'b', 'd', 'e'], 'shuffled')
  const [, bad] = lines(await org.call(`GET /jobs/ingest/${id}/failedResults`))
  assert.match(
    bad ?? '',
    /"REQUIRED_FIELD_MISSING:Required fields are missing: \[LastName\]:LastName --","c","","Acme"/,
  )
  assert.equal(org.admin.records('Lead', "Leadline_Id__c = 'b'")[0]?.values['LastName'], 'Bee, "B"')
})

test('an empty cell leaves a field alone, #N/A clears it, Parent.Key sets a reference', async (t) => {
  const org = await startTestOrg(t)
  const [made] = org.admin.act({
    ops: [{ op: 'create', object: 'Contact', values: { LastName: 'Doe', Title: 'CTO', Department: 'IT' } }],
  })
  const id = made?.ok ? (made.ids['id'] ?? '') : ''
  await org.call('POST /sobjects/Account', { Name: 'Acme', Leadline_Id__c: 'acc' })
  const csv = `\uFEFFId,Title,Department,Account.Leadline_Id__c\r\n${id},#N/A,,acc\r\n`
  const job = await load(org, { object: 'Contact', operation: 'update', lineEnding: 'CRLF' }, csv)
  assert.equal(read((await org.call(`GET /jobs/ingest/${job}`)).body, 'numberRecordsFailed'), 0)
  const [contact] = org.admin.records('Contact')
  const [account] = org.admin.records('Account')
  assert.deepEqual(
    ['Title', 'Department', 'AccountId'].map((name) => contact?.values[name]),
    [null, 'IT', account?.id],
  )
})

test('an unknown column or a wrong line end fails the job as a whole', async (t) => {
  const org = await startTestOrg(t)
  const unknown = await load(org, {}, 'LastName,Foo\nx,y\n')
  const ending = await load(org, { lineEnding: 'LF' }, 'LastName,Company\r\nx,y\r\n')
  const message = async (id: string): Promise<unknown> =>
    read((await org.call(`GET /jobs/ingest/${id}`)).body, 'errorMessage')
  assert.equal(await message(unknown), 'InvalidBatch : Field name not found : Foo')
  assert.equal(
    await message(ending),
    'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF',
  )
  assert.deepEqual(org.admin.records('Lead'), [])
})

test('a job takes its steps in order', async (t) => {
  const org = await startTestOrg(t)
  const id = await open(org, {})
  const code = (reply: TestReply): unknown => read(reply.body, 0, 'errorCode')
  assert.equal(
    code(await org.call(`PATCH /jobs/ingest/${id}`, { state: 'UploadComplete' })),
    'INVALIDJOBSTATE',
  )
  assert.equal(code(await org.call(`DELETE /jobs/ingest/${id}`)), 'INVALIDJOBSTATE')
  await org.call(`PUT /jobs/ingest/${id}/batches`, 'LastName,Company\nx,y\n', CSV)
  assert.equal(code(await org.call(`PUT /jobs/ingest/${id}/batches`, 'x', CSV)), 'INVALIDJOBSTATE')
  assert.equal((await org.call(`PATCH /jobs/ingest/${id}`, { state: 'Aborted' })).status, 200)
  assert.equal((await org.call(`DELETE /jobs/ingest/${id}`)).status, 204)
  assert.equal((await org.call(`GET /jobs/ingest/${id}`)).status, 404)
  const refused = await org.call('POST /jobs/ingest', { object: 'Lead', operation: 'upsert' })
  assert.equal(code(refused), 'INVALIDJOB')
  const hard = await org.call('POST /jobs/ingest', { object: 'Lead', operation: 'hardDelete' })
  assert.equal(code(hard), 'INVALIDJOB')
})

test('a job can be held, released, and failed with a part of it committed', async (t) => {
  const org = await startTestOrg(t)
  org.admin.bulk.control({ hold: 'InProgress', failAfter: 1 })
  const id = await load(org, {}, 'LastName,Company\na,A\nb,B\nc,C\n')
  const state = async (): Promise<unknown> => read((await org.call(`GET /jobs/ingest/${id}`)).body, 'state')
  assert.equal(await state(), 'InProgress')
  assert.deepEqual(org.admin.records('Lead'), [])
  org.admin.bulk.release()
  assert.equal(await state(), 'Failed')
  assert.equal(org.admin.records('Lead').length, 1)
  assert.deepEqual(lines(await org.call(`GET /jobs/ingest/${id}/unprocessedrecords/`)), [
    '"LastName","Company"',
    '"b","B"',
    '"c","C"',
  ])
})

test('a queued job waits on the clock of the org', async (t) => {
  const org = await startTestOrg(t)
  org.admin.bulk.control({ queueMs: 5000 })
  const id = await load(org, {}, 'LastName,Company\na,A\n')
  const state = async (): Promise<unknown> => read((await org.call(`GET /jobs/ingest/${id}`)).body, 'state')
  assert.equal(await state(), 'UploadComplete')
  org.admin.clock.advance(5000)
  assert.equal(await state(), 'JobComplete')
})

test('a row that meets a lock is tried four times', async (t) => {
  const org = await startTestOrg(t)
  const [made] = org.admin.act({ ops: [{ op: 'create', object: 'Account', values: { Name: 'Acme' } }] })
  const accountId = made?.ok ? (made.ids['id'] ?? '') : ''
  const csv = `LastName,AccountId\nDoe,${accountId}\n`
  org.admin.lock({ ids: [accountId], times: 3 })
  const first = await load(org, { object: 'Contact' }, csv)
  assert.equal(read((await org.call(`GET /jobs/ingest/${first}`)).body, 'numberRecordsFailed'), 0)
  org.admin.lock({ ids: [accountId], times: 4 })
  const second = await load(org, { object: 'Contact' }, csv)
  const failed = String((await org.call(`GET /jobs/ingest/${second}/failedResults`)).body)
  assert.match(failed, /UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records/)
})

test('query results come in pages, each with its header, the last with the locator null', async (t) => {
  const org = await startTestOrg(t)
  org.admin.bulk.control({ pageSize: 2 })
  for (const name of ['a', 'b', 'c']) await org.call('POST /sobjects/Account', { Name: name })
  const job = await org.call('POST /jobs/query', {
    operation: 'query',
    query: 'SELECT Name, Owner.Name FROM Account ORDER BY Name',
  })
  const path = `/jobs/query/${String(read(job.body, 'id'))}`
  assert.equal(read(job.body, 'state'), 'UploadComplete')
  assert.equal(read((await org.call(`GET ${path}`)).body, 'state'), 'JobComplete')
  const first = await org.call(`GET ${path}/results`)
  assert.deepEqual(lines(first), [
    '"Name","Owner.Name"',
    '"a","Leadline Integration"',
    '"b","Leadline Integration"',
  ])
  const locator = first.headers.get('sforce-locator') ?? ''
  const last = await org.call(`GET ${path}/results?locator=${locator}`)
  assert.deepEqual(lines(last), ['"Name","Owner.Name"', '"c","Leadline Integration"'])
  assert.deepEqual(
    ['sforce-locator', 'sforce-numberofrecords'].map((name) => last.headers.get(name)),
    ['null', '1'],
  )
})

test('a job that names an assignment rule has it give new leads away; without one the owner is the caller', async (t) => {
  const org = await startTestOrg(t)
  const queueId = org.admin.queue({ name: 'Enterprise' })
  org.admin.rules.assignment({ name: 'A', entries: [{ ownerId: queueId }] })
  const found = await org.call(
    `GET /query?q=${encodeURIComponent("SELECT Id FROM AssignmentRule WHERE SobjectType = 'Lead' AND Active = true")}`,
  )
  const ruleId = String(read(found.body, 'records', 0, 'Id'))
  const run = async (mail: string, more: object): Promise<unknown> => {
    await load(org, more, `LastName,Company,Email\nDoe,Acme,${mail}\n`)
    org.admin.clock.advance(1000)
    return org.admin.records('Lead', `Email = '${mail}'`)[0]?.values['OwnerId']
  }
  assert.equal(await run('with@rule.example', { assignmentRuleId: ruleId }), queueId)
  assert.notEqual(await run('without@rule.example', {}), queueId)
  const unknown = await org.call('POST /jobs/ingest', {
    object: 'Lead',
    operation: 'insert',
    assignmentRuleId: '01Q000000000999',
  })
  assert.equal(unknown.status, 400)
  assert.equal(read(unknown.body, 0, 'errorCode'), 'INVALIDJOB')
})
