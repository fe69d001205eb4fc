import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Envelope } from '@leadline/contract'
import { hash } from '../../test-support/resolve-world.ts'
import { normaliseEvent, type NormalEvent } from './normalise-event.ts'

function read(event: Record<string, unknown>, head: Partial<Envelope> = {}): NormalEvent {
  const envelope: Envelope = {
    v: 1,
    workspace: 1,
    source: 'site',
    dialect: 'segment',
    trust: 'public',
    receivedAt: '2026-11-02T12:00:00.000Z',
    events: [{ messageId: 'm1', type: 'track', ...event }],
    ...head,
  }
  const normalised = normaliseEvent(envelope, 0, { hash, junk: new Set() })
  assert.ok(normalised.ok)
  return normalised.event
}

describe('an event as it lies in the log', () => {
  test('takes what the request said beneath what it says itself', () => {
    const event = read(
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

  test('takes the message id that the collector gave when it has none', () => {
    assert.equal(read({ messageId: undefined }, { assigned: { 0: 'given' } }).messageId, 'given')
  })

  test('a field of a wrong type counts as absent', () => {
    const event = read({ traits: 'none', userId: ['x'], timestamp: 5 })
    assert.equal(event.user, undefined)
    assert.equal(event.timeMs, event.receivedAtMs)
  })
})

describe('the mail of an event', () => {
  const mailOf = (event: Record<string, unknown>): string | undefined => read(event).mail?.value

  test('comes from traits of identify, and from the traits of the context of any call', () => {
    assert.equal(mailOf({ type: 'identify', traits: { email: 'Ann@acme.io' } }), 'ann@acme.io')
    assert.equal(mailOf({ context: { traits: { email: 'ann@acme.io' } } }), 'ann@acme.io')
  })

  test('never comes from properties, nor from traits of a group', () => {
    assert.equal(mailOf({ properties: { email: 'ann@acme.io' } }), undefined)
    assert.equal(mailOf({ type: 'group', groupId: 'g', traits: { email: 'info@acme.io' } }), undefined)
  })
})

test('an external user id stands in for a user id that is not there', () => {
  const context = { externalIds: [{ id: 'x9', type: 'user_id', collection: 'users' }] }
  assert.equal(read({ context }).user?.value, 'x9')
  assert.equal(read({ context, userId: 'u1' }).user?.value, 'u1')
})

test('an event that is none of the six calls is refused with a reason', () => {
  const envelope = { v: 1, workspace: 1, source: 's', dialect: 'segment', trust: 'public' } as const
  const normalised = normaliseEvent(
    { ...envelope, receivedAt: '2026-11-02T12:00:00.000Z', events: [{ type: 'delete', messageId: 'm' }] },
    0,
    { hash, junk: new Set() },
  )
  assert.equal(normalised.ok, false)
})
