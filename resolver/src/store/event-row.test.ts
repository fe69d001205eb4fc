import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEvent } from '../../test-support/normal-event.ts'
import { hash } from '../../test-support/resolve-world.ts'
import { NO_NODE } from '../identity/fact-source.ts'
import { toEventRow } from './event-row.ts'

test('an event is kept whole', () => {
  const wire = {
    messageId: 'm9',
    type: 'page',
    userId: 7,
    anonymousId: 'c',
    groupId: 'g',
    name: 'Prices',
    category: 'Shop',
    channel: 'mobile',
    properties: { url: 'https://acme.test/' },
    traits: { a: null },
    context: { traits: { email: 'ann@acme.io' }, impersonated: true },
    integrations: { All: false },
    timestamp: '2026-11-02T11:00:00.000Z',
    originalTimestamp: '2026-11-02T11:00:00.500Z',
    sentAt: '2026-11-02T12:00:00.000Z',
  }
  const head = { trust: 'secret', source: 'shop', address: '192.0.2.7', userAgent: 'Agent/1' } as const
  assert.deepEqual(toEventRow(readEvent(wire, head)), {
    ws: 1,
    d: '2026-11-02',
    ts: '2026-11-02 11:00:00.500',
    received_at: '2026-11-02 12:00:00.000',
    message_id: 'm9',
    type: 'page',
    event: '',
    name: 'Prices',
    category: 'Shop',
    anonymous_id: 'c',
    user_id: '7',
    previous_id: '',
    group_id: 'g',
    anon_node: hash('anon', 'c'),
    mail_node: hash('mail', 'ann@acme.io'),
    node_id: hash('user', '7'),
    channel: 'mobile',
    source: 'shop',
    address: '192.0.2.7',
    user_agent: 'Agent/1',
    properties: '{"url":"https://acme.test/"}',
    traits: '{"a":null}',
    context: '{"traits":{"email":"ann@acme.io"},"impersonated":true}',
    integrations: '{"All":false}',
    timestamp: '2026-11-02 11:00:00.000',
    original_timestamp: '2026-11-02 11:00:00.500',
    sent_at: '2026-11-02 12:00:00.000',
    impersonated: 1,
    bot: 0,
    country: '',
    region: '',
    imported: 0,
    first_copy: String(2n ** 63n - BigInt(Date.UTC(2026, 10, 2, 12))),
  })
})

test('what an event does not say is empty', () => {
  const row = toEventRow(readEvent({ anonymousId: 'c', timestamp: undefined, event: 'Clicked' }))
  const { mail_node, node_id, user_id, previous_id, event, impersonated } = row
  assert.deepEqual([mail_node, node_id, user_id, previous_id], [NO_NODE, hash('anon', 'c'), '', ''])
  assert.deepEqual(
    [event, impersonated, row.properties, row.traits, row.context],
    ['Clicked', 0, '{}', '{}', '{}'],
  )
  assert.deepEqual([row.timestamp, row.original_timestamp, row.sent_at], [null, null, null])
})

test('without a channel, a secret key means a server and a public one a browser', () => {
  assert.equal(toEventRow(readEvent({}, { trust: 'secret' })).channel, 'server')
  assert.equal(toEventRow(readEvent({}, { trust: 'public' })).channel, 'browser')
})

test('a time that the column cannot hold is null', () => {
  const cases = [
    ['1899-12-31T23:59:59.999Z', null],
    ['1900-01-01T00:00:00.000Z', '1900-01-01 00:00:00.000'],
    ['2299-12-31T00:00:00.000Z', '2299-12-31 00:00:00.000'],
    ['2300-01-01T00:00:00.000Z', null],
    ['soon', null],
  ] as const
  for (const [timestamp, column] of cases)
    assert.equal(toEventRow(readEvent({ timestamp })).timestamp, column)
})

test('of two copies the one received first ranks higher', () => {
  const rank = (receivedAt: string) => BigInt(toEventRow(readEvent({}, { receivedAt })).first_copy)
  assert.ok(rank('2026-11-02T12:00:00.000Z') > rank('2026-11-02T12:00:00.001Z'))
})

test('times are stored as Date.parse reads them, in whatever form they come', () => {
  const texts = [
    '2026-11-02T11:00:00.123Z',
    '2026-02-28T23:59:59.999Z',
    '2026-02-30T10:00:00.000Z',
    '2026-01-31T10:00:00.000Z',
    '2026-11-02T24:00:00.000Z',
    '2026-11-02T11:00:00Z',
    '2026-11-02T11:00:00.000+02:00',
    '2026-11-02',
  ]
  for (const timestamp of texts) {
    const row = toEventRow(readEvent({ messageId: 'm', type: 'page', anonymousId: 'c', timestamp }))
    const expected = new Date(timestamp).toISOString().replace('T', ' ').replace('Z', '')
    assert.equal(row.timestamp, expected, timestamp)
  }
})
