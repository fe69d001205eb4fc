import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CLIENT, callJson, drawToken, FORCE_APP, read } from '../../test-support/start-test-org.ts'
import { startSandboxOrg } from '../index.ts'

test('rules, locks, jobs, fields, events, late commits and purges survive a restart', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-org-'))
  t.after(async () => await rm(dataDir, { recursive: true, force: true }))
  const options = { dataDir, schemaDirs: [FORCE_APP], clients: [CLIENT], features: { cdcConnectMs: 100 } }
  const first = await startSandboxOrg(options)
  const token = await drawToken(first.url)
  const call = async (request: string, body?: unknown, url = first.url): Promise<unknown> => {
    const [method = '', path = ''] = request.split(' ')
    const isText = typeof body === 'string'
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': isText ? 'text/csv' : 'application/json',
    }
    const sent = body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }
    return (await callJson(`${url}/services/data/v62.0${path}`, { method, headers, ...sent })).body
  }
  first.admin.bulk.control({ hold: 'UploadComplete' })
  const job = String(read(await call('POST /jobs/ingest', { object: 'Lead', operation: 'insert' }), 'id'))
  await call(`PUT /jobs/ingest/${job}/batches`, 'LastName,Company\na,b\n')
  await call(`PATCH /jobs/ingest/${job}`, { state: 'UploadComplete' })
  first.admin.schema.putField('Lead', { fullName: 'Nick__c', label: 'Nick', type: 'Text', length: 20 })
  first.admin.permissions({ field: 'Lead.Nick__c', read: true, edit: true })
  first.admin.rules.validation({ name: 'No', object: 'Account', message: 'No.' })
  const lead = String(
    read(await call('POST /sobjects/Lead', { LastName: 'x', Company: 'y', Nick__c: 'z' }), 'id'),
  )
  const gone = String(read(await call('POST /sobjects/Lead', { LastName: 'g', Company: 'y' }), 'id'))
  first.admin.act({ ops: [{ op: 'hardDelete', id: gone }] })
  first.admin.lock({ ids: [lead], times: 1 })
  first.admin.lateCommit({
    commitAt: '2026-11-20T09:05:00.000Z',
    act: { ops: [{ op: 'create', object: 'Contact', values: { LastName: 'late' } }] },
  })
  await first.stop()

  const second = await startSandboxOrg(options)
  t.after(async () => await second.stop())
  const again = async (request: string, body?: unknown): Promise<unknown> =>
    await call(request, body, second.url)
  assert.equal(read(await again('POST /sobjects/Account', { Name: 'a' }), 0, 'message'), 'No.')
  assert.equal(read(await again(`PATCH /sobjects/Lead/${lead}`, {}), 0, 'errorCode'), 'UNABLE_TO_LOCK_ROW')
  assert.equal(read(await again(`GET /sobjects/Lead/${lead}?fields=Nick__c`), 'Nick__c'), 'z')
  assert.equal(
    read(await again(`PATCH /sobjects/Lead/${gone}`, {}), 0, 'errorCode'),
    'INVALID_CROSS_REFERENCE_KEY',
  )
  second.admin.bulk.release()
  assert.equal(read(await again(`GET /jobs/ingest/${job}`), 'state'), 'JobComplete')
  second.admin.clock.advance(10 * 60_000)
  assert.equal(second.admin.records('Contact').length, 1)
  const bayeux = async (message: object): Promise<unknown> => {
    const headers = { authorization: `OAuth ${token}`, 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify([message]) }
    return (await callJson(`${second.url}/cometd/62.0`, init)).body
  }
  const clientId = read(await bayeux({ channel: '/meta/handshake' }), 0, 'clientId')
  const subscription = '/data/LeadChangeEvent'
  await bayeux({
    channel: '/meta/subscribe',
    clientId,
    subscription,
    ext: { replay: { [subscription]: -2 } },
  })
  const messages = await bayeux({ channel: '/meta/connect', clientId })
  const kinds = Array.isArray(messages)
    ? messages.map((message) => read(message, 'data', 'payload', 'ChangeEventHeader', 'changeType'))
    : []
  assert.deepEqual(kinds, ['CREATE', 'CREATE', 'DELETE', 'CREATE', undefined])
})

test('a grown business is the same for the same seed, and dirty in the ways that matter', async (t) => {
  const start = async (): ReturnType<typeof startSandboxOrg> => {
    const org = await startSandboxOrg({ fixtures: 'b2b-5k' })
    t.after(async () => await org.stop())
    return org
  }
  const [one, two] = [await start(), await start()]
  assert.deepEqual(one.admin.records('Lead').at(-1), two.admin.records('Lead').at(-1))
  const sizes = ['Account', 'Contact', 'Lead', 'Opportunity', 'Task', 'User'].map(
    (object) => one.admin.records(object).length,
  )
  assert.deepEqual(sizes, [1200, 5000, 4000, 600, 8000, 40])
  const contacts = new Set(one.admin.records('Contact').map(({ values }) => values['Email']))
  const leads = one.admin.records('Lead')
  const share = (test: (lead: (typeof leads)[number]) => boolean): number =>
    leads.filter(test).length / leads.length
  const shared = share(({ values }) => contacts.has(values['Email'] ?? null))
  assert.ok(shared > 0.1 && shared < 0.14, String(shared))
  const converted = share(({ values }) => values['IsConverted'] === true)
  assert.ok(converted > 0.045 && converted < 0.075, String(converted))
})
