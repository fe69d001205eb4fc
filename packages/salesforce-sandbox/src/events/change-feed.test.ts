import assert from 'node:assert/strict'
import { test } from 'node:test'
import jsforce from 'jsforce'
import { REP_USERNAME } from '../index.ts'
import { callJson, read, startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'

const OPTIONS = { features: { cdcConnectMs: 500 } }
const CHANNEL = '/data/LeadChangeEvent'
const LEAD = { LastName: 'Doe', Company: 'Acme' }

async function bayeux(org: TestOrg, ...messages: readonly object[]): Promise<unknown> {
  const headers = { authorization: `OAuth ${org.token}`, 'content-type': 'application/json' }
  return (
    await callJson(`${org.url}/cometd/62.0`, { method: 'POST', headers, body: JSON.stringify(messages) })
  ).body
}

interface Subscriber {
  readonly clientId: string
  /** Data messages of one connect. */
  connect(): Promise<unknown[]>
  /** The answer to the connect itself. */
  last(): unknown
}

async function subscribe(org: TestOrg, replayId = -1, channel = CHANNEL): Promise<Subscriber> {
  const clientId = String(read(await bayeux(org, { channel: '/meta/handshake', id: '1' }), 0, 'clientId'))
  const ext = { replay: { [channel]: replayId } }
  const reply = await bayeux(org, {
    channel: '/meta/subscribe',
    clientId,
    subscription: channel,
    ext,
    id: '2',
  })
  assert.equal(read(reply, 0, 'error'), undefined)
  let meta: unknown
  return {
    clientId,
    connect: async () => {
      const body = await bayeux(org, {
        channel: '/meta/connect',
        clientId,
        connectionType: 'long-polling',
        id: '3',
      })
      const messages = Array.isArray(body) ? body : []
      meta = messages.at(-1)
      return messages.slice(0, -1)
    },
    last: () => meta,
  }
}

const header = (message: unknown, key: string): unknown =>
  read(message, 'data', 'payload', 'ChangeEventHeader', key)

test('creates, updates and deletes come in order, with what changed and by whom', async (t) => {
  const org = await startTestOrg(t, OPTIONS)
  const feed = await subscribe(org)
  const client = { 'sforce-call-options': 'client=acme' }
  const made = await org.call('POST /sobjects/Lead', { ...LEAD, City: 'Bonn' }, client)
  const id = String(read(made.body, 'id'))
  org.admin.act({ as: REP_USERNAME, ops: [{ op: 'update', id, values: { FirstName: 'Ann', City: null } }] })
  org.admin.act({ ops: [{ op: 'delete', id }] })
  const [create, update, gone] = await feed.connect()
  assert.deepEqual(
    [create, update, gone].map((message) => header(message, 'changeType')),
    ['CREATE', 'UPDATE', 'DELETE'],
  )
  assert.equal(header(create, 'changeOrigin'), 'com/salesforce/api/rest/62.0;client=acme')
  assert.equal(read(create, 'data', 'payload', 'Name', 'LastName'), 'Doe')
  assert.equal(read(create, 'data', 'payload', 'Address', 'City'), 'Bonn')
  assert.deepEqual(header(update, 'changedFields'), ['Name.FirstName', 'Address.City', 'LastModifiedDate'])
  assert.equal(read(update, 'data', 'payload', 'Address', 'City'), null)
  assert.equal(header(update, 'changeOrigin'), 'com/salesforce/api/soap/62.0;client=SfdcInternalAPI/')
  assert.deepEqual(header(gone, 'recordIds'), [id])
  assert.equal(org.admin.stats().counted, 1, 'the feed costs no call')
})

test('the same change of several records at once is one event', async (t) => {
  const org = await startTestOrg(t, OPTIONS)
  const ids: string[] = []
  for (const LastName of ['a', 'b']) {
    ids.push(String(read((await org.call('POST /sobjects/Lead', { ...LEAD, LastName })).body, 'id')))
  }
  const feed = await subscribe(org)
  const records = ids.map((id) => ({ attributes: { type: 'Lead' }, id, Title: 'CTO' }))
  await org.call('PATCH /composite/sobjects', { records })
  const messages = await feed.connect()
  assert.deepEqual(
    messages.map((message) => header(message, 'recordIds')),
    [ids],
  )
})

test('a merge is a delete of the losers and an update of the winner; a conversion creates and updates', async (t) => {
  const org = await startTestOrg(t, OPTIONS)
  const ids: string[] = []
  for (const LastName of ['a', 'b']) {
    ids.push(String(read((await org.call('POST /sobjects/Lead', { ...LEAD, LastName })).body, 'id')))
  }
  const [winnerId = '', loserId = ''] = ids
  const feed = await subscribe(org, -1, '/data/ChangeEvents')
  org.admin.act({ ops: [{ op: 'merge', winnerId, loserIds: [loserId] }] })
  const told = async (): Promise<unknown[]> =>
    (await feed.connect()).map((message) => [header(message, 'entityName'), header(message, 'changeType')])
  assert.deepEqual(await told(), [
    ['Lead', 'DELETE'],
    ['Lead', 'UPDATE'],
  ])
  org.admin.act({ ops: [{ op: 'convert', leadId: winnerId }] })
  assert.deepEqual(await told(), [
    ['Account', 'CREATE'],
    ['Contact', 'CREATE'],
    ['Lead', 'UPDATE'],
  ])
})

test('a connect waits for an event, and answers empty after its time', async (t) => {
  const org = await startTestOrg(t, OPTIONS)
  const feed = await subscribe(org)
  assert.deepEqual(await feed.connect(), [])
  assert.deepEqual(read(feed.last(), 'advice'), { interval: 0, timeout: 500, reconnect: 'retry' })
  const waiting = feed.connect()
  await org.call('POST /sobjects/Lead', LEAD)
  assert.equal((await waiting).length, 1)
})

test('a replay id continues where it stopped, -2 starts at the oldest, an expired one is refused', async (t) => {
  const org = await startTestOrg(t, OPTIONS)
  const replayIds: unknown[] = []
  const feed = await subscribe(org)
  for (const LastName of ['a', 'b', 'c']) await org.call('POST /sobjects/Lead', { ...LEAD, LastName })
  for (const message of await feed.connect()) replayIds.push(read(message, 'data', 'event', 'replayId'))
  const later = await subscribe(org, Number(replayIds[0]))
  assert.equal((await later.connect()).length, 2)
  const all = await subscribe(org, -2)
  assert.equal((await all.connect()).length, 3)
  await assert.rejects(subscribe(org, 999), /The replayId \{999\} you provided was invalid/)
  org.admin.feed({ action: 'expireReplay' })
  await assert.rejects(subscribe(org, Number(replayIds[0])), /The replayId \{\d+\} you provided was invalid/)
})

test('events that are retained for three days are gone after that', async (t) => {
  const org = await startTestOrg(t, { ...OPTIONS, sessionMinutes: 10_000 })
  await org.call('POST /sobjects/Lead', LEAD)
  org.admin.clock.advance(73 * 3_600_000)
  await org.call('POST /sobjects/Lead', LEAD)
  assert.equal((await (await subscribe(org, -2)).connect()).length, 1)
})

test('gaps, overflows, drops, duplicates, disorder and silence', async (t) => {
  const org = await startTestOrg(t, OPTIONS)
  const feed = await subscribe(org)
  org.admin.feed({ action: 'gap', object: 'Lead', ids: ['00Q000000000001EAA'] })
  org.admin.feed({ action: 'overflow', object: 'Lead' })
  assert.deepEqual(
    (await feed.connect()).map((message) => header(message, 'changeType')),
    ['GAP_UPDATE', 'GAP_OVERFLOW'],
  )
  const make = async (...names: string[]): Promise<void> => {
    for (const LastName of names) await org.call('POST /sobjects/Lead', { ...LEAD, LastName })
  }
  const names = async (): Promise<unknown[]> =>
    (await feed.connect()).map((message) => read(message, 'data', 'payload', 'Name', 'LastName'))
  org.admin.feed({ action: 'drop' })
  org.admin.feed({ action: 'duplicate' })
  await make('a', 'b')
  assert.deepEqual(await names(), ['b', 'b'])
  org.admin.feed({ action: 'reorder' })
  await make('c', 'd')
  assert.deepEqual(await names(), ['d', 'c'])
  org.admin.feed({ action: 'pause' })
  await make('e')
  assert.deepEqual(await names(), [])
  org.admin.feed({ action: 'resume' })
  assert.deepEqual(await names(), ['e'])
})

test('forgotten clients, lost connections and dead tokens say what to do', async (t) => {
  const org = await startTestOrg(t, OPTIONS)
  const feed = await subscribe(org)
  org.admin.feed({ action: 'stall' })
  const broken = feed.connect()
  await org.call('GET /limits')
  org.admin.feed({ action: 'disconnectAll' })
  await assert.rejects(broken)
  org.admin.feed({ action: 'resume' })
  org.admin.feed({ action: 'unknownClient' })
  await feed.connect()
  assert.deepEqual(
    [read(feed.last(), 'error'), read(feed.last(), 'advice', 'reconnect')],
    ['403::Unknown client', 'handshake'],
  )
  const other = await subscribe(org)
  org.admin.auth.expire()
  await other.connect()
  assert.equal(read(other.last(), 'error'), '401::Authentication invalid')
  const denied = await bayeux(org, { channel: '/meta/handshake', id: '1' })
  assert.equal(read(denied, 0, 'ext', 'sfdc', 'failureReason'), '401::Authentication invalid')
})

test('a channel that is not there, or that the user may not hear, is refused', async (t) => {
  const org = await startTestOrg(t, OPTIONS)
  await assert.rejects(subscribe(org, -1, '/data/NothingChangeEvent'), /404::Unknown channel/)
  org.admin.sharing({ Lead: 'private' })
  org.admin.permissions({ object: 'Lead', viewAll: false })
  await assert.rejects(subscribe(org), /403:denied_by_security_policy:create_denied/)
})

test('jsforce and faye listen', async (t) => {
  const org = await startTestOrg(t, OPTIONS)
  const connection = new jsforce.Connection({ instanceUrl: org.url, accessToken: org.token, version: '62.0' })
  const { StreamingExtension } = await import('jsforce/lib/api/streaming.js').then((module) => module)
  const client = connection.streaming.createClient([new StreamingExtension.Replay(CHANNEL, -1)])
  const heard = new Promise((resolve, reject) => {
    client.subscribe(CHANNEL, resolve).then(async () => await org.call('POST /sobjects/Lead', LEAD), reject)
  })
  assert.equal(read(await heard, 'payload', 'Company'), 'Acme')
  await Reflect.apply(Reflect.get(client, 'disconnect'), client, [])
})
