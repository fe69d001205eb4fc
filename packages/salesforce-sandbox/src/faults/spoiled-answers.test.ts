import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callJson, read, startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'
import type { FaultInput } from '../index.ts'

async function raw(org: TestOrg, path: string): Promise<Response> {
  return await fetch(`${org.url}/services/data/v62.0${path}`, {
    headers: { authorization: `Bearer ${org.token}` },
  })
}

const spoil = async (action: FaultInput['action'], org: TestOrg): Promise<Response> => {
  org.admin.faults.add({ action })
  return await raw(org, '/limits')
}

test('answers end early, break off, drip, are empty or of another type', async (t) => {
  const org = await startTestOrg(t)
  const whole = await (await raw(org, '/limits')).text()
  assert.equal(await (await spoil({ type: 'truncate', bytes: 10 }, org)).text(), whole.slice(0, 10))
  await assert.rejects(async () => await (await spoil({ type: 'reset' }, org)).text())
  assert.equal((await (await spoil({ type: 'slowDrip', pauseMs: 1 }, org)).text()).length, whole.length)
  const none = await spoil({ type: 'emptyBody200' }, org)
  assert.deepEqual([none.status, await none.text()], [200, ''])
  const other = await spoil({ type: 'badContentType' }, org)
  assert.equal(other.headers.get('content-type'), 'text/html')
  await other.text()
})

test('headers lie about time and use', async (t) => {
  const org = await startTestOrg(t)
  const skewed = await spoil({ type: 'dateSkew', minutes: -3 }, org)
  assert.equal(skewed.headers.get('date'), 'Fri, 20 Nov 2026 08:57:00 GMT')
  const faked = await spoil({ type: 'limitInfo', value: 'api-usage=99999/100000' }, org)
  assert.equal(faked.headers.get('sforce-limit-info'), 'api-usage=99999/100000')
})

test('rows are missing, results are out of order, counts are wrong', async (t) => {
  const org = await startTestOrg(t)
  await org.call('POST /sobjects/Lead', { LastName: 'old', Company: 'c' })
  org.admin.clock.advance(60_000)
  await org.call('POST /sobjects/Lead', { LastName: 'new', Company: 'c' })
  const query = 'GET /query?q=SELECT+LastName+FROM+Lead'
  org.admin.faults.add({ action: { type: 'dropRows', seconds: 30 } })
  const late = await org.call(query)
  assert.deepEqual([read(late.body, 'totalSize'), read(late.body, 'records', 0, 'LastName')], [1, 'old'])
  org.admin.faults.add({ action: { type: 'wrongCount' } })
  assert.equal(read((await org.call(query)).body, 'totalSize'), 3)
  org.admin.faults.add({ action: { type: 'resultPermute' } })
  const rows = [{ LastName: 'a' }, { LastName: 'b', Company: 'c' }]
  const records = rows.map((row) => ({ attributes: { type: 'Lead' }, ...row }))
  const reply = await org.call('POST /composite/sobjects', { records })
  assert.deepEqual(
    [0, 1].map((index) => read(reply.body, index, 'success')),
    [true, false],
  )
})

test('a delay can be on the clock of the org, a window on its time', async (t) => {
  const org = await startTestOrg(t)
  org.admin.faults.preset({ name: 'maintenance', forMs: 60_000 })
  assert.equal((await raw(org, '/limits')).status, 503)
  org.admin.clock.advance(60_000)
  assert.equal((await raw(org, '/limits')).status, 200)
  org.admin.faults.add({ action: { type: 'delay', ms: 5000, isVirtual: true } })
  const before = org.admin.clock.now()
  await raw(org, '/limits')
  assert.equal(org.admin.clock.now() - before, 5000)
})

test('each preset answers in the documented bytes', async (t) => {
  const org = await startTestOrg(t)
  const lead = async (): Promise<unknown> => {
    const { status, body } = await org.call('POST /sobjects/Lead', { LastName: 'a', Company: 'b' })
    return [status, read(body, 0, 'errorCode'), read(body, 0, 'message')]
  }
  const expected = {
    lockOnce: [400, 'UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record or 1 records'],
    lockStorm: [400, 'UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record or 1 records'],
    limitExhausted: [403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'],
    concurrentLimit: [
      403,
      'REQUEST_LIMIT_EXCEEDED',
      'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
    ],
    sessionExpired: [401, 'INVALID_SESSION_ID', 'Session expired or invalid'],
    storageFull: [400, 'STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded'],
    duplicateBlock: [400, 'DUPLICATES_DETECTED', 'Use one of these records?'],
    validationRule: [400, 'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'A validation rule refused this record.'],
  } as const
  for (const name of [
    'lockOnce',
    'lockStorm',
    'limitExhausted',
    'concurrentLimit',
    'sessionExpired',
    'storageFull',
    'duplicateBlock',
    'validationRule',
  ] as const) {
    org.admin.faults.preset({ name })
    assert.deepEqual(await lead(), expected[name], name)
    org.admin.faults.remove()
  }
  org.admin.faults.preset({ name: 'refreshDead' })
  const dead = await callJson(`${org.url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(),
  })
  assert.deepEqual(dead.body, { error: 'invalid_grant', error_description: 'expired access/refresh token' })
})

test('chaos is the same for the same seed', async (t) => {
  const run = async (): Promise<(string | number)[]> => {
    const org = await startTestOrg(t)
    org.admin.faults.chaos({ seed: 5, rates: { html503: 0.3, dropAfter: 0.2, session: 0.1 } })
    const seen: (string | number)[] = []
    for (let i = 0; i < 30; i += 1) {
      seen.push(
        await raw(org, '/limits').then(
          ({ status }) => status,
          () => 'dropped',
        ),
      )
    }
    return seen
  }
  const seen = await run()
  assert.deepEqual(await run(), seen)
  assert.deepEqual(new Set(seen), new Set([200, 401, 503, 'dropped']))
})
