import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { read, startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'

const LEAD = { LastName: 'Doe', Company: 'Acme' }

async function titles(org: TestOrg): Promise<unknown[]> {
  const { body } = await org.call('GET /query?q=SELECT+Title+FROM+Lead+ORDER+BY+Id')
  const records = read(body, 'records')
  return Array.isArray(records) ? records.map((record) => read(record, 'Title')) : []
}

async function makeLead(org: TestOrg, values: object): Promise<string> {
  return String(read((await org.call('POST /sobjects/Lead', { ...LEAD, ...values })).body, 'id'))
}

test('a stale read answers from seconds ago, whatever has been saved, deleted or made since', async (t) => {
  const org = await startTestOrg(t)
  const changed = await makeLead(org, { Title: 'before' })
  const deleted = await makeLead(org, { Title: 'living' })
  org.admin.clock.advance(60_000)
  await org.call(`PATCH /sobjects/Lead/${changed}`, { Title: 'after' })
  await org.call(`DELETE /sobjects/Lead/${deleted}`)
  await makeLead(org, { Title: 'new' })
  org.admin.faults.add({ action: { type: 'staleRead', seconds: 30 } })
  assert.deepEqual(await titles(org), ['before', 'living'])
  assert.deepEqual(await titles(org), ['after', 'new'])
})

test('searches lag behind as far as the org is told', async (t) => {
  const org = await startTestOrg(t, { features: { searchLagMs: 300_000 } })
  await makeLead(org, {})
  const count = async (): Promise<number> => {
    const records = read(
      (await org.call('GET /parameterizedSearch?q=doe&sobject=Lead')).body,
      'searchRecords',
    )
    return Array.isArray(records) ? records.length : -1
  }
  assert.equal(await count(), 0)
  org.admin.clock.advance(300_000)
  assert.equal(await count(), 1)
  await makeLead(org, {})
  org.admin.limits({ searchLagMs: 0 })
  assert.equal(await count(), 2)
})

test('each request’s first answer is lost after its work, and the same request again is answered', async (t) => {
  const org = await startTestOrg(t)
  org.admin.faults.add({ match: { op: 'upsert' }, times: null, action: { type: 'duplicateResponseLost' } })
  for (const key of ['one', 'two']) {
    const upsert = async () => await org.call(`PATCH /sobjects/Lead/Leadline_Id__c/${key}`, LEAD)
    await assert.rejects(upsert())
    assert.deepEqual(read((await upsert()).body, 'created'), false)
  }
  assert.equal(org.admin.records('Lead').length, 2)
})

test('an error after the work leaves it done, whatever the answer says', async (t) => {
  const org = await startTestOrg(t)
  org.admin.faults.add({ match: { op: 'create' }, phase: 'after', action: { type: 'html503' } })
  const reply = await org.call('POST /sobjects/Lead', LEAD)
  assert.equal(reply.status, 503)
  assert.equal(org.admin.records('Lead').length, 1)
  assert.deepEqual(
    org.admin.log().flatMap(({ op, status, ids }) => (op === 'create' ? [[status, ids.length]] : [])),
    [[503, 1]],
  )
})

test('a trigger that fails on many rows lets fewer pass', async (t) => {
  const org = await startTestOrg(t)
  org.admin.faults.preset({ name: 'triggerLimit' })
  const save = async (rows: number): Promise<unknown> => {
    const records = Array.from({ length: rows }, () => ({ attributes: { type: 'Lead' }, ...LEAD }))
    return read((await org.call('POST /composite/sobjects', { records })).body, 0)
  }
  assert.equal(read(await save(101), 'errors', 0, 'statusCode'), 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY')
  assert.equal(read(await save(100), 'success'), true)
})

test('a field that is hidden is as good as gone', async (t) => {
  const org = await startTestOrg(t)
  org.admin.faults.preset({ name: 'flsHidden', field: 'Lead.Title' })
  const { body } = await org.call('POST /sobjects/Lead', { ...LEAD, Title: 'CTO' })
  assert.equal(read(body, 0, 'message'), "No such column 'Title' on sobject of type Lead")
})

test('requests that stay open for long crowd out the next one, which has cost a call', async (t) => {
  const org = await startTestOrg(t, { limits: { concurrentLong: 1 } })
  org.admin.faults.add({ match: { path: '/sobjects' }, action: { type: 'delay', ms: 600_000 } })
  // Answered by nobody: the org stops first.
  org.call('GET /sobjects').catch(() => undefined)
  while (!isHit(org)) await setImmediate()
  assert.equal((await org.call('GET /limits')).status, 200)
  org.admin.clock.advance(21_000)
  const refused = await org.call('GET /limits')
  assert.deepEqual(
    [refused.status, read(refused.body, 0, 'message'), refused.headers.get('sforce-limit-info')],
    [403, 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.', 'api-usage=2/100000'],
  )
})

function isHit(org: TestOrg): boolean {
  return org.admin.faults.list().some((rule) => 'hits' in rule && rule.hits === 1)
}
