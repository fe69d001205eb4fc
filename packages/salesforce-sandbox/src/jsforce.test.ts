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
