import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callJson, read, startTestOrg } from '../../test-support/start-test-org.ts'
import { INTEGRATION_USERNAME, REP_USERNAME } from '../index.ts'

const LEAD = { LastName: 'Doe', Company: 'Acme' }
const JSON_HEADERS = { 'content-type': 'application/json' }

function pick(entry: unknown, ...names: string[]): unknown[] {
  return names.map((name) => read(entry, name))
}

test('the log tells who did what with which records, and holds no secrets', async (t) => {
  const org = await startTestOrg(t)
  await org.call('POST /sobjects/Lead', LEAD, { 'sforce-call-options': 'client=leadline' })
  await callJson(`${org.url}/services/oauth2/revoke?token=${org.token}`)
  const [token, create, revoke] = org.admin.log()
  const [integration] = org.admin.records('User', `Username = '${INTEGRATION_USERNAME}'`)
  assert.deepEqual(pick(token, 'op', 'body'), ['token', null])
  assert.deepEqual(pick(create, 'op', 'object', 'ids', 'status', 'client', 'userId', 'counted', 'body'), [
    'create',
    'Lead',
    ['00Q000000000001EAA'],
    201,
    'leadline',
    integration?.id,
    true,
    JSON.stringify(LEAD),
  ])
  assert.deepEqual(pick(revoke, 'path'), ['/services/oauth2/revoke?token=***'])
  assert.ok(!JSON.stringify(org.admin.log()).includes(org.token))
})

test('stats count calls by endpoint, repeats and writes that changed nothing', async (t) => {
  const org = await startTestOrg(t)
  const body = { records: [{ attributes: { type: 'Lead' }, ...LEAD, Leadline_Id__c: 'a' }] }
  await org.call('PATCH /composite/sobjects/Lead/Leadline_Id__c', body)
  await org.call('PATCH /composite/sobjects/Lead/Leadline_Id__c', body)
  await org.call('GET /sobjects/Lead/00Q000000000001EAA')
  const stats = org.admin.stats()
  assert.deepEqual([stats.counted, stats.noOpWrites, stats.repeatedBodies], [3, 1, 1])
  assert.deepEqual(
    stats.calls.map(({ method, endpoint, requests, records }) => [method, endpoint, requests, records]),
    [
      ['POST', '/services/oauth2/token', 1, 0],
      ['PATCH', '/composite/sobjects/Lead/Leadline_Id__c', 2, 2],
      ['GET', '/sobjects/Lead/{id}', 1, 1],
    ],
  )
})

test('a person acts under every rule, and the history names person and channel', async (t) => {
  const org = await startTestOrg(t)
  const results = org.admin.act({
    as: REP_USERNAME,
    via: 'flow',
    ops: [
      { op: 'create', object: 'Lead', values: LEAD },
      { op: 'update', id: '00Q000000000001EAA', values: { Email: 'nonsense' } },
      { op: 'update', id: '00Q000000000001EAA', values: { Leadline_Stage__c: 'mine' } },
      { op: 'update', id: '00Q000000000001EAA', values: { Title: 'CTO' } },
    ],
  })
  assert.deepEqual(
    results.map((result) => (result.ok ? 'ok' : result.error.code)),
    ['ok', 'INVALID_EMAIL_ADDRESS', 'INVALID_FIELD_FOR_INSERT_UPDATE', 'ok'],
  )
  const last = org.admin.history('00Q000000000001EAA').at(-1)
  const [rep] = org.admin.records('User', `Username = '${REP_USERNAME}'`)
  assert.deepEqual(
    [last?.by, last?.via, last?.changes],
    [rep?.id, 'flow', { Title: { from: null, to: 'CTO' } }],
  )
  assert.throws(() => org.admin.act({ as: 'nobody', ops: [] }), /there is no user nobody/)
})

test('act, records, history, clock and reset over HTTP', async (t) => {
  const org = await startTestOrg(t)
  const post = async (path: string, body: object) =>
    await callJson(`${org.url}/__admin/${path}`, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: JSON.stringify(body),
    })
  const acted = await post('act', { ops: [{ op: 'create', object: 'Lead', values: LEAD }] })
  assert.deepEqual(acted.body, [{ ok: true, ids: { id: '00Q000000000001EAA' } }])
  const found = await callJson(
    `${org.url}/__admin/records/Lead?where=${encodeURIComponent("Company = 'acme'")}`,
  )
  assert.equal(read(found.body, 0, 'values', 'LastName'), 'Doe')
  const history = await callJson(`${org.url}/__admin/records/Lead/00Q000000000001EAA/history`)
  assert.equal(read(history.body, 0, 'event'), 'create')
  const moved = await post('clock', { advanceMs: 60_000 })
  assert.deepEqual(moved.body, { now: '2026-11-20T09:01:00.000Z' })
  assert.equal((await post('reset', {})).status, 204)
  assert.equal(org.admin.records('Lead').length, 0)
  assert.equal((await org.call('GET /limits')).status, 401)
})

test('the scripting calls refuse what a web page elsewhere could send', async (t) => {
  const org = await startTestOrg(t)
  const url = `${org.url}/__admin/act`
  const body = JSON.stringify({ ops: [{ op: 'create', object: 'Lead', values: LEAD }] })
  assert.equal(
    (await callJson(url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body })).status,
    403,
  )
  const foreign = { ...JSON_HEADERS, origin: 'https://evil.example' }
  assert.equal((await callJson(url, { method: 'POST', headers: foreign, body })).status, 403)
  assert.equal(org.admin.records('Lead').length, 0)
})

test('two orgs that are asked the same answer the same', async (t) => {
  const [one, two] = [await startTestOrg(t), await startTestOrg(t)]
  assert.equal(one.token, two.token)
  for (const org of [one, two]) await org.call('POST /sobjects/Lead', LEAD)
  assert.deepEqual(one.admin.records('Lead'), two.admin.records('Lead'))
})
