import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callJson, read, startTestOrg } from '../../test-support/start-test-org.ts'

const LEAD = { LastName: 'Doe', Company: 'Acme' }
const row = (key: string): object => ({ attributes: { type: 'Lead' }, ...LEAD, Leadline_Id__c: key })

test('an error fault answers in the shape of the endpoint, as often as told', async (t) => {
  const org = await startTestOrg(t)
  org.admin.faults.add({
    match: { method: 'POST', object: 'Lead' },
    after: 1,
    times: 2,
    action: { type: 'error', code: 'UNABLE_TO_LOCK_ROW' },
  })
  const statuses: number[] = []
  for (let i = 0; i < 4; i += 1) statuses.push((await org.call('POST /sobjects/Lead', LEAD)).status)
  assert.deepEqual(statuses, [201, 400, 400, 201])
  const [, second] = org.admin.log().filter((entry) => entry.object === 'Lead')
  assert.equal(second?.faultId, 'f1')
})

test('a record fault fails one row of a collection and leaves the others', async (t) => {
  const org = await startTestOrg(t)
  org.admin.faults.add({
    match: { object: 'Lead', recordKey: 'Leadline_Id__c=b' },
    times: null,
    action: { type: 'error', code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'No b.', scope: 'record' },
  })
  const reply = await org.call('PATCH /composite/sobjects/Lead/Leadline_Id__c', {
    records: [row('a'), row('b')],
  })
  assert.equal(read(reply.body, 0, 'success'), true)
  assert.deepEqual(read(reply.body, 1, 'errors'), [
    { statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'No b.', fields: [] },
  ])
})

test('dropBefore does nothing, dropAfter does everything, and neither answers', async (t) => {
  const org = await startTestOrg(t)
  org.admin.faults.add({ match: { op: 'create' }, action: { type: 'dropBefore' } })
  await assert.rejects(org.call('POST /sobjects/Lead', LEAD))
  assert.equal(org.admin.records('Lead').length, 0)
  org.admin.faults.add({ match: { op: 'create' }, action: { type: 'dropAfter' } })
  await assert.rejects(org.call('POST /sobjects/Lead', LEAD))
  assert.equal(org.admin.records('Lead').length, 1)
  assert.deepEqual(
    org.admin
      .log()
      .filter(({ op }) => op === 'create')
      .map(({ status, counted }) => [status, counted]),
    [
      [0, false],
      [0, true],
    ],
  )
})

test('http, html503 and delay', async (t) => {
  const org = await startTestOrg(t)
  org.admin.faults.add({
    action: { type: 'http', status: 429, headers: { 'retry-after': '1' }, body: 'slow' },
  })
  org.admin.faults.add({ action: { type: 'html503' } })
  org.admin.faults.add({ action: { type: 'delay', ms: 1 } })
  const busy = await org.call('GET /limits')
  assert.deepEqual([busy.status, busy.body, busy.headers.get('retry-after')], [429, 'slow', '1'])
  const down = await org.call('GET /limits')
  assert.equal(down.status, 503)
  assert.match(down.headers.get('content-type') ?? '', /^text\/html/)
  assert.equal((await org.call('GET /limits')).status, 200)
  assert.deepEqual(
    org.admin.faults.list().map(({ id }) => id),
    ['f1', 'f2', 'f3'],
  )
})

test('faults are set and cleared over HTTP', async (t) => {
  const org = await startTestOrg(t)
  const faults = `${org.url}/__admin/faults`
  const headers = { 'content-type': 'application/json' }
  const rule = { match: { path: '/limits$' }, times: null, action: { type: 'html503' } }
  const added = await callJson(faults, { method: 'POST', headers, body: JSON.stringify(rule) })
  assert.equal(added.status, 201)
  assert.equal((await org.call('GET /limits')).status, 503)
  assert.equal(
    (await callJson(`${faults}/${String(read(added.body, 'id'))}`, { method: 'DELETE' })).status,
    204,
  )
  assert.equal((await org.call('GET /limits')).status, 200)
  const bad = await callJson(faults, { method: 'POST', headers, body: '{"action":{"type":"explode"}}' })
  assert.equal(bad.status, 400)
})
