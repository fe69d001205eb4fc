import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callJson, read, startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'

const CHANNEL = '/event/Hot_Account__e'

async function metadata(org: TestOrg, operation: string, content: string): Promise<string> {
  const body = `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Header><SessionHeader><sessionId>${org.token}</sessionId></SessionHeader></Header><Body><${operation} xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">${content}</${operation}></Body></Envelope>`
  const reply = await fetch(`${org.url}/services/Soap/m/62.0`, { method: 'POST', body })
  return await reply.text()
}

/** An org with an event that everybody may publish, made as an administrator would. */
async function startEventOrg(t: Parameters<typeof startTestOrg>[0]): Promise<TestOrg> {
  const org = await startTestOrg(t, { features: { cdcConnectMs: 500 } })
  const made = await metadata(
    org,
    'createMetadata',
    `<metadata xsi:type="CustomObject"><fullName>Hot_Account__e</fullName><label>Hot</label><pluralLabel>Hot</pluralLabel><eventType>HighVolume</eventType><deploymentStatus>Deployed</deploymentStatus></metadata>
     <metadata xsi:type="CustomField"><fullName>Hot_Account__e.Domain__c</fullName><label>Domain</label><type>Text</type><length>80</length></metadata>`,
  )
  assert.doesNotMatch(made, /<success>false|Fault/)
  org.admin.permissions({ object: 'Hot_Account__e', read: true, create: true })
  org.admin.permissions({ field: 'Hot_Account__e.Domain__c', read: true, edit: true })
  return org
}

async function bayeux(org: TestOrg, message: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${org.token}`, 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify([message]) }
  return (await callJson(`${org.url}/cometd/62.0`, init)).body
}

async function listen(org: TestOrg): Promise<() => Promise<unknown>> {
  const clientId = read(await bayeux(org, { channel: '/meta/handshake', id: '1' }), 0, 'clientId')
  const answer = await bayeux(org, { channel: '/meta/subscribe', clientId, subscription: CHANNEL, id: '2' })
  assert.equal(read(answer, 0, 'successful'), true)
  return async () => await bayeux(org, { channel: '/meta/connect', clientId, id: '3' })
}

test('a platform event is queued, delivered to its channel, and stored nowhere', async (t) => {
  const org = await startEventOrg(t)
  const connect = await listen(org)
  const sent = await org.call('POST /sobjects/Hot_Account__e', { Domain__c: 'acme.example' })
  assert.deepEqual([sent.status, read(sent.body, 'success')], [201, true])
  assert.match(String(read(sent.body, 'id')), /^e0/)
  assert.equal(read(sent.body, 'errors', 0, 'statusCode'), 'OPERATION_ENQUEUED')
  const heard = await connect()
  assert.equal(read(heard, 0, 'channel'), CHANNEL)
  const payload = read(heard, 0, 'data', 'payload')
  assert.deepEqual(
    [read(payload, 'Domain__c'), read(payload, 'CreatedDate')],
    ['acme.example', '2026-11-20T09:00:00.000Z'],
  )
  const asked = await org.call('GET /query?q=SELECT+Id+FROM+Hot_Account__e')
  assert.equal(read(asked.body, 0, 'message'), 'entity type Hot_Account__e does not support query')
  const wrong = await org.call('POST /sobjects/Hot_Account__e', { Nothing__c: 1 })
  assert.equal(read(wrong.body, 0, 'errorCode'), 'INVALID_FIELD')
})

test('events beyond the day’s deliveries are withheld, and limits say so', async (t) => {
  const org = await startEventOrg(t)
  org.admin.limits({ deliveredEvents: 1 })
  const connect = await listen(org)
  for (const name of ['a', 'b']) await org.call('POST /sobjects/Hot_Account__e', { Domain__c: name })
  assert.equal(read(await connect(), 1, 'channel'), '/meta/connect')
  const limits = await org.call('GET /limits')
  assert.deepEqual(read(limits.body, 'DailyDeliveredPlatformEvents'), { Max: 1, Remaining: 0 })
})
