import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { callJson, read, startTestOrg } from '../../test-support/start-test-org.ts'

test('a call without a living session is refused in the documented bytes', async (t) => {
  const org = await startTestOrg(t)
  const path = `${org.url}/services/data/v62.0/limits`
  const none = await fetch(path)
  assert.equal(none.status, 401)
  assert.equal(
    await none.text(),
    '[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]',
  )
  const basic = await fetch(path, { headers: { authorization: 'Basic eDp5' } })
  assert.equal(await basic.text(), '[{"message":"INVALID_HEADER_TYPE","errorCode":"INVALID_AUTH_HEADER"}]')
})

test('the list of versions needs no session and costs no call', async (t) => {
  const org = await startTestOrg(t)
  const reply = await callJson(`${org.url}/services/data/`)
  assert.deepEqual(read(reply.body, 1), { label: "Winter '25", url: '/services/data/v62.0', version: '62.0' })
  assert.equal(org.admin.stats().counted, 0)
})

test('every call is counted, also one that fails, and beyond the limit nothing is done', async (t) => {
  const org = await startTestOrg(t, { limits: { dailyApi: 3 } })
  const usage = async (path: string): Promise<string | null> =>
    (await org.call(`GET ${path}`)).headers.get('sforce-limit-info')
  assert.equal(await usage('/limits'), 'api-usage=1/3')
  assert.equal(await usage('/sobjects/Nothing/describe'), 'api-usage=2/3')
  const last = await org.call('GET /limits')
  assert.deepEqual(read(last.body, 'DailyApiRequests'), { Max: 3, Remaining: 0 })
  const refused = await org.call('POST /sobjects/Account', { Name: 'Acme' })
  assert.deepEqual(
    [refused.status, refused.body],
    [403, [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }]],
  )
  assert.equal(org.admin.records('Account').length, 0)
})

test('calls of yesterday no longer count', async (t) => {
  const org = await startTestOrg(t, { limits: { dailyApi: 1 }, sessionMinutes: 3000 })
  assert.equal((await org.call('GET /limits')).status, 200)
  assert.equal((await org.call('GET /limits')).status, 403)
  org.admin.clock.advance(24 * 3_600_000)
  assert.equal((await org.call('GET /limits')).status, 200)
})

test('unknown versions, paths and verbs', async (t) => {
  const org = await startTestOrg(t)
  const headers = { authorization: `Bearer ${org.token}` }
  const status = async (path: string): Promise<number> =>
    (await callJson(`${org.url}${path}`, { headers })).status
  assert.equal(await status('/services/data/v61.0/limits'), 404)
  assert.equal(await status('/services/data/v20.0/limits'), 410)
  assert.equal(await status('/services/data/v62.0//limits'), 404)
  assert.equal(await status('/services/data/v62.0/%zz'), 404)
  assert.equal(await status(`/services/data/v62.0/query?q=${'x'.repeat(17_000)}`), 414)
  const put = await org.call('PUT /sobjects/Lead/00Q000000000001EAA', {})
  assert.deepEqual(
    [put.status, put.body],
    [
      405,
      [
        {
          message: "HTTP Method 'PUT' not allowed. Allowed are HEAD,GET,PATCH,DELETE,POST",
          errorCode: 'METHOD_NOT_ALLOWED',
        },
      ],
    ],
  )
})

test('the Date header is the time of the org', async (t) => {
  const org = await startTestOrg(t)
  const reply = await org.call('GET /limits')
  assert.equal(reply.headers.get('date'), 'Fri, 20 Nov 2026 09:00:00 GMT')
})

test('describe answers 304 until the schema changes', async (t) => {
  const org = await startTestOrg(t)
  const first = await org.call('GET /sobjects/Lead/describe')
  const since = { 'if-modified-since': first.headers.get('last-modified') ?? '' }
  const second = await org.call('GET /sobjects/Lead/describe', undefined, since)
  assert.deepEqual([second.status, second.body], [304, ''])
  const earlier = { 'if-modified-since': 'Thu, 19 Nov 2026 09:00:00 GMT' }
  assert.equal((await org.call('GET /sobjects/Lead/describe', undefined, earlier)).status, 200)
})

test('describe shows what a sync decides by', async (t) => {
  const org = await startTestOrg(t)
  const { body } = await org.call('GET /sobjects/Lead/describe')
  const fields = read(body, 'fields')
  const field = (name: string): unknown =>
    Array.isArray(fields) ? fields.find((entry) => read(entry, 'name') === name) : undefined
  const facts = (name: string, ...props: string[]): unknown[] => props.map((prop) => read(field(name), prop))
  assert.deepEqual(
    facts('Leadline_Id__c', 'type', 'length', 'externalId', 'unique', 'caseSensitive', 'updateable'),
    ['string', 36, true, true, false, true],
  )
  assert.deepEqual(facts('Company', 'nillable', 'createable', 'length'), [false, true, 255])
  assert.deepEqual(facts('OwnerId', 'referenceTo', 'polymorphicForeignKey', 'defaultedOnCreate'), [
    ['Group', 'User'],
    true,
    true,
  ])
  assert.deepEqual(facts('Leadline_Sessions__c', 'type', 'precision', 'scale'), ['double', 18, 0])
  assert.equal(field('LeadlineX__c'), undefined)
})

test('a page elsewhere cannot reach the org under its own name', async (t) => {
  const org = await startTestOrg(t)
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const call = request(`${org.url}/`, { headers: { host: 'evil.example' } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    call.on('error', reject)
    call.end()
  })
  assert.equal(status, 421)
})
