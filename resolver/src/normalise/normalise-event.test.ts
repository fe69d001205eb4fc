import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readEvent } from '../../test-support/normal-event.ts'
import { hash } from '../../test-support/resolve-world.ts'
import { NO_FURTHER_JUNK } from './junk.ts'
import { normaliseEvent } from './normalise-event.ts'
import { principalOf } from './principal.ts'

describe('an event as it lies in the log', () => {
  test('takes what the request said beneath what it says itself', () => {
    const event = readEvent(
      { context: { page: 1 }, integrations: { a: false } },
      {
        context: { page: 2, ip: 3 },
        integrations: { a: true, b: true },
        type: 'identify',
        sentAt: '2026-11-02T12:00:00Z',
      },
    )
    assert.deepEqual(event.context, { page: 1, ip: 3 })
    assert.deepEqual(event.integrations, { a: false, b: true })
    assert.equal(event.wire.type, 'identify')
    assert.equal(event.wire.sentAt, '2026-11-02T12:00:00Z')
  })

  test('is of whom a server says it is, in place of the server', () => {
    const server = { address: '198.51.100.0', userAgent: 'analytics-node/3.1.0' }
    const subjects = { 0: { address: '203.0.113.0', bot: true, country: 'DE', region: 'Bavaria' } } as const
    const event = readEvent({ context: { userAgent: 'Mozilla/5.0' } }, { ...server, subjects })
    const { address, bot, country, region, userAgent } = event
    assert.deepEqual({ address, bot, country, region }, subjects[0])
    assert.equal(userAgent, 'Mozilla/5.0')
    assert.equal(readEvent({}, { ...server, subjects: { 1: subjects[0] } }).address, server.address)
  })

  test('takes the message id that the collector gave when it has none', () => {
    assert.equal(readEvent({ messageId: undefined }, { assigned: { 0: 'given' } }).messageId, 'given')
  })

  test('a field of a wrong type counts as absent', () => {
    const event = readEvent({ traits: 'none', userId: ['x'], timestamp: 5 })
    assert.equal(event.user, undefined)
    assert.equal(event.timeMs, event.receivedAtMs)
    const odd = ['x', 5, null, true, [], {}]
    const keys =
      'anonymousId userId previousId groupId timestamp originalTimestamp sentAt channel event name category'
    for (const key of [...keys.split(' '), 'properties', 'traits', 'context', 'integrations']) {
      for (const value of odd) assert.equal(readEvent({ [key]: value }).messageId, 'm1', key)
    }
  })

  test('its own type and id come before those of the request when it has them', () => {
    const event = readEvent({ type: 'page' }, { assigned: { 0: 'given' } })
    assert.deepEqual([event.wire.type, event.messageId], ['page', 'm1'])
  })

  test('without any message id it is refused', () => {
    assert.throws(() => readEvent({ messageId: undefined }), /messageId: absent/)
    assert.throws(() => readEvent({ messageId: '' }, { assigned: { 1: 'of another' } }), /messageId: absent/)
  })

  test('says who sent it, from where and how far that is believed', () => {
    const event = readEvent(
      {},
      { trust: 'secret', source: 'shop', address: '192.0.2.7', userAgent: 'Agent/1' },
    )
    const { trust, source, address, userAgent } = event
    assert.deepEqual(
      { trust, source, address, userAgent },
      { trust: 2, source: 'shop', address: '192.0.2.7', userAgent: 'Agent/1' },
    )
    assert.equal(readEvent({}).trust, 1)
  })

  test('takes the user agent of its context before that of the request', () => {
    const head = { userAgent: 'proxy' }
    assert.equal(readEvent({ context: { userAgent: 'Browser/1' } }, head).userAgent, 'Browser/1')
    assert.equal(readEvent({ context: { userAgent: '' } }, head).userAgent, 'proxy')
    assert.equal(readEvent({}).userAgent, '')
  })

  test('is in the group that it names, else in that of its context', () => {
    assert.equal(readEvent({ groupId: 'g1', context: { groupId: 'g2' } }).groupId, 'g1')
    assert.equal(readEvent({ context: { groupId: 7 } }).groupId, '7')
    assert.equal(readEvent({}).groupId, '')
  })

  test('is of staff only where it says exactly so', () => {
    assert.equal(readEvent({ context: { impersonated: true } }).impersonated, true)
    for (const impersonated of ['true', 1, false, null]) {
      assert.equal(readEvent({ context: { impersonated } }).impersonated, false)
    }
  })

  test('is corrected by the sending time of the request when it has none of its own', () => {
    const times = { timestamp: '2026-11-02T12:59:00.000Z' }
    const head = { sentAt: '2026-11-02T13:00:00.000Z' }
    assert.equal(readEvent(times, head).timeMs, Date.UTC(2026, 10, 2, 11, 59))
    assert.equal(
      readEvent({ ...times, sentAt: '2026-11-02T12:59:30.000Z' }, head).timeMs,
      Date.UTC(2026, 10, 2, 11, 59, 30),
    )
  })
})

describe('the mail of an event', () => {
  const mailOf = (event: Record<string, unknown>): string | undefined => readEvent(event).mail?.value

  test('comes from traits of identify, and from the traits of the context of any call', () => {
    assert.equal(mailOf({ type: 'identify', traits: { email: 'Ann@acme.io' } }), 'ann@acme.io')
    assert.equal(mailOf({ context: { traits: { email: 'ann@acme.io' } } }), 'ann@acme.io')
  })

  test('is that of identify before that of the context, unless it is junk', () => {
    const context = { traits: { email: 'home@acme.io' } }
    assert.equal(mailOf({ type: 'identify', traits: { email: 'ann@acme.io' }, context }), 'ann@acme.io')
    assert.equal(mailOf({ type: 'identify', traits: { email: 'noreply@acme.io' }, context }), 'home@acme.io')
    assert.equal(mailOf({ type: 'track', traits: { email: 'ann@acme.io' }, context }), 'home@acme.io')
  })

  test('never comes from properties, nor from traits of a group', () => {
    assert.equal(mailOf({ properties: { email: 'ann@acme.io' } }), undefined)
    assert.equal(mailOf({ type: 'group', groupId: 'g', traits: { email: 'info@acme.io' } }), undefined)
  })
})

describe('whose an event is', () => {
  const mail = { context: { traits: { email: 'ann@acme.io' } } }

  test('its user’s, else its mail’s, else its cookie’s', () => {
    const kindOf = (event: Record<string, unknown>) => principalOf(readEvent(event))
    assert.deepEqual(kindOf({ userId: 'u', anonymousId: 'c', ...mail }), {
      kind: 'user',
      id: hash('user', 'u'),
    })
    assert.deepEqual(kindOf({ userId: 'null', anonymousId: 'c', ...mail }), {
      kind: 'mail',
      id: hash('mail', 'ann@acme.io'),
    })
    assert.deepEqual(kindOf({ anonymousId: 'c' }), { kind: 'anon', id: hash('anon', 'c') })
  })

  test('its own when all that it names is junk', () => {
    const event = readEvent({ userId: 'null', anonymousId: 'undefined' })
    assert.deepEqual(event.anon, { id: hash('message', 'm1'), value: '' })
    assert.deepEqual(principalOf(event), { kind: 'anon', id: hash('message', 'm1') })
  })

  test('an alias replaces what could be a cookie or a user, and only an alias does', () => {
    const alias = { type: 'alias', userId: 'u', previousId: ' Old@Acme.io ' }
    assert.deepEqual(readEvent(alias).previous, {
      anon: hash('anon', 'Old@Acme.io'),
      user: hash('user', 'old@acme.io'),
      values: { anon: 'Old@Acme.io', user: 'old@acme.io' },
    })
    assert.equal(readEvent({ ...alias, type: 'track' }).previous, undefined)
    assert.equal(readEvent({ ...alias, previousId: 'null' }).previous, undefined)
  })

  test('a phone and a device are kept beside the identifiers', () => {
    const context = { device: { id: 'vendor-1' } }
    const event = readEvent({
      type: 'identify',
      userId: 'u',
      traits: { phone: '+1 (415) 555-2671' },
      context,
    })
    assert.deepEqual(event.phone, { id: hash('phone', '+14155552671'), value: '+14155552671' })
    assert.deepEqual(event.device, { id: hash('device', 'vendor-1'), value: 'vendor-1' })
    assert.deepEqual(principalOf(event), { kind: 'user', id: hash('user', 'u') })
    assert.equal(event.anon, undefined)
  })

  test('not of somebody whom the workspace lists as junk', () => {
    const event = { type: 'track', messageId: 'm', userId: 'Demo', anonymousId: 'demo', ...mail }
    const envelope = { v: 1, workspace: 1, source: 's', dialect: 'segment', trust: 'public' } as const
    const normalised = normaliseEvent(
      { ...envelope, receivedAt: '2026-11-02T12:00:00.000Z', events: [event] },
      0,
      { hash, junk: { ...NO_FURTHER_JUNK, values: new Set(['demo', 'ann@acme.io']) } },
    )
    assert.ok(normalised.ok)
    const { user, mail: address, anon } = normalised.event
    assert.deepEqual([user, address, anon?.value], [undefined, undefined, ''])
  })
})

test('an external user id stands in for a user id that is not there', () => {
  const context = { externalIds: [{ id: 'x9', type: 'user_id', collection: 'users' }] }
  assert.equal(readEvent({ context }).user?.value, 'x9')
  assert.equal(readEvent({ context, userId: 'u1' }).user?.value, 'u1')
  assert.equal(readEvent({ context, userId: 'null' }).user?.value, 'x9')
  for (const other of [{ type: 'phone' }, { collection: 'groups' }, { id: 'null' }, { id: ['x9'] }]) {
    const externalIds = [{ id: 'x9', type: 'user_id', collection: 'users', ...other }]
    assert.equal(readEvent({ context: { externalIds } }).user, undefined)
  }
  for (const externalIds of [null, 'x9', [null], [], {}]) {
    assert.equal(readEvent({ context: { externalIds } }).user, undefined)
  }
})

test('an event that is none of the six calls is refused with a reason', () => {
  const envelope = { v: 1, workspace: 1, source: 's', dialect: 'segment', trust: 'public' } as const
  const normalised = normaliseEvent(
    { ...envelope, receivedAt: '2026-11-02T12:00:00.000Z', events: [{ type: 'delete', messageId: 'm' }] },
    0,
    { hash, junk: NO_FURTHER_JUNK },
  )
  assert.equal(normalised.ok, false)
})

test('RudderStack: the timestamp is when it happened', () => {
  const event = { timestamp: '2026-11-02T09:00:00.000Z', originalTimestamp: '2026-11-02T11:30:00.000Z' }
  assert.equal(readEvent(event, { dialect: 'rudderstack' }).timeMs, Date.parse(event.timestamp))
  assert.equal(readEvent(event, { dialect: 'rudderstack' }).filedMs, Date.parse(event.timestamp))
})
