import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import jsforce from 'jsforce'
import { startTestOrg, CALLBACK, CLIENT, type TestOrg } from '../test-support/start-test-org.ts'

const { Connection, OAuth2 } = jsforce

function connect(org: TestOrg) {
  return new Connection({ instanceUrl: org.url, accessToken: org.token, version: '62.0' })
}

test('client credentials, identity, describe, query and limits', async (t: TestContext) => {
  const org = await startTestOrg(t)
  const connection = connect(org)
  const identity = await connection.identity()
  assert.equal(identity.username, CLIENT.runAsUser)
  const described = await connection.describe('Lead')
  assert.ok(described.fields.some((field) => field.name === 'Leadline_Id__c' && field.externalId))
  const found = await connection.query<{ Name: string }>(
    'SELECT Id, Name FROM User WHERE IsActive = true ORDER BY Name',
  )
  assert.deepEqual(
    found.records.map((record) => record.Name),
    ['Ada Admin', 'Leadline Integration', 'Rae Rep', 'Sam Seller'],
  )
  assert.equal(connection.limitInfo.apiUsage?.limit, 100_000)
})

test('upsert by external id in an array creates and then updates', async (t: TestContext) => {
  const org = await startTestOrg(t)
  const connection = connect(org)
  const rows = ['a', 'b'].map((key) => ({ LastName: key, Company: 'Acme', Leadline_Id__c: key }))
  const created = await connection.sobject('Lead').upsert(rows, 'Leadline_Id__c')
  assert.deepEqual(
    created.map((result) => [result.success, read(result)]),
    [
      [true, true],
      [true, true],
    ],
  )
  const updated = await connection.sobject('Lead').upsert(rows, 'Leadline_Id__c')
  assert.deepEqual(
    updated.map((result) => read(result)),
    [false, false],
  )
  assert.deepEqual(
    updated.map((result) => result.id),
    created.map((result) => result.id),
  )
})

function read(result: object): unknown {
  return 'created' in result ? result.created : undefined
}

test('the web flow with PKCE gives tokens that work and refresh', async (t: TestContext) => {
  const org = await startTestOrg(t)
  const oauth2 = new OAuth2({ ...CLIENT, redirectUri: CALLBACK, loginUrl: org.url, useVerifier: true })
  const page = await fetch(oauth2.getAuthorizationUrl({ scope: 'api refresh_token', state: 's1' }), {
    redirect: 'manual',
  })
  const location = new URL(page.headers.get('location') ?? '')
  assert.equal(location.searchParams.get('state'), 's1')
  const connection = new Connection({ oauth2, version: '62.0' })
  await connection.authorize(location.searchParams.get('code') ?? '')
  assert.equal((await connection.identity()).username, 'admin@leadline.example')
  connection.accessToken = 'dead'
  assert.equal((await connection.query('SELECT Id FROM Lead')).totalSize, 0)
  assert.notEqual(connection.accessToken, 'dead')
})

test('single calls, arrays, retrieve and destroy', async (t: TestContext) => {
  const org = await startTestOrg(t)
  const leads = connect(org).sobject('Lead')
  const one = await leads.create({ LastName: 'Doe', Company: 'Acme' })
  assert.ok(one.success)
  const many = await leads.create([{ LastName: 'a', Company: 'b' }, { LastName: 'c' }], { allOrNone: false })
  assert.deepEqual(
    many.map(({ success }) => success),
    [true, false],
  )
  assert.equal((await leads.update({ Id: one.id, Title: 'CTO' })).success, true)
  assert.equal((await leads.retrieve(one.id))['Title'], 'CTO')
  const found = await leads.retrieve([one.id, '00Q000000000999AAA'])
  assert.deepEqual([found.length, found[1] ?? null], [2, null])
  assert.equal((await leads.destroy(one.id)).success, true)
  await assert.rejects(leads.update({ Id: one.id, Title: 'x' }), { name: 'ENTITY_IS_DELETED' })
})

test('a key that several records have is an error that lists them', async (t: TestContext) => {
  const org = await startTestOrg(t)
  const connection = connect(org)
  for (const LastName of ['a', 'b']) {
    await connection.sobject('Lead').create({ LastName, Company: 'c', Email: 'x@y.example' })
  }
  await assert.rejects(connection.sobject('Lead').upsert({ Email: 'x@y.example', Title: 't' }, 'Email'), {
    name: 'MULTIPLE_CHOICES',
  })
})

test('a query of three pages, and queryAll with what was deleted', async (t: TestContext) => {
  const org = await startTestOrg(t, { limits: { pageSize: 2 } })
  const connection = connect(org)
  const rows = ['a', 'b', 'c', 'd', 'e'].map((LastName) => ({ LastName, Company: 'c' }))
  const [first] = await connection.sobject('Lead').create(rows)
  const all = await connection.query('SELECT Id FROM Lead').execute({ autoFetch: true, maxFetch: 100 })
  assert.equal(Array.isArray(all) ? all.length : all.records.length, 5)
  await connection.sobject('Lead').destroy(first?.id ?? '')
  const seen = await connection.query('SELECT Id FROM Lead', { scanAll: true })
  assert.equal(seen.totalSize, 5)
})

test('updated and deleted lists with times as jsforce writes them', async (t: TestContext) => {
  const org = await startTestOrg(t)
  const connection = connect(org)
  const { id } = await connection.sobject('Lead').create({ LastName: 'a', Company: 'b' })
  const [start, end] = ['2026-11-20T08:00:00+00:00', '2026-11-20T10:00:00+00:00']
  assert.deepEqual((await connection.sobject('Lead').updated(start, end)).ids, [id])
  await connection.sobject('Lead').destroy(String(id))
  assert.equal((await connection.sobject('Lead').deleted(start, end)).deletedRecords[0]?.id, id)
})

test('bulk2 loads rows of which some fail', async (t: TestContext) => {
  const org = await startTestOrg(t)
  const { bulk2 } = connect(org)
  const input = [
    { Leadline_Id__c: 'a', LastName: 'a', Company: 'b' },
    { Leadline_Id__c: 'b', LastName: '', Company: 'b' },
  ]
  const results = await bulk2.loadAndWaitForResults({
    object: 'Lead',
    operation: 'upsert',
    externalIdFieldName: 'Leadline_Id__c',
    input,
    pollInterval: 10,
    pollTimeout: 5000,
  })
  assert.deepEqual(
    [results.successfulResults.length, results.failedResults.length, results.unprocessedRecords.length],
    [1, 1, 0],
  )
  assert.match(results.failedResults[0]?.sf__Error ?? '', /^REQUIRED_FIELD_MISSING:/)
})

test('three calls on a dead session refresh once, and hear of the rotated token', async (t: TestContext) => {
  const org = await startTestOrg(t, { clients: [{ ...CLIENT, rotateRefresh: true }] })
  const oauth2 = new OAuth2({ ...CLIENT, redirectUri: CALLBACK, loginUrl: org.url, useVerifier: true })
  const page = await fetch(oauth2.getAuthorizationUrl({ scope: 'api refresh_token' }), { redirect: 'manual' })
  const connection = new Connection({ oauth2, version: '62.0' })
  await connection.authorize(new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '')
  const heard: unknown[] = []
  connection.on('refresh', (_token: string, answer: object) =>
    heard.push(Reflect.get(answer, 'refresh_token')),
  )
  org.admin.auth.expire()
  await Promise.all([1, 2, 3].map(async () => await connection.query('SELECT Id FROM Lead')))
  assert.equal(heard.length, 1)
  assert.match(String(heard[0]), /^5Aep/)
})
