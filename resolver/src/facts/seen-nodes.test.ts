import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readEvent } from '../../test-support/normal-event.ts'
import { hash } from '../../test-support/resolve-world.ts'
import { toSeenNodes, toTouchedNodes } from './seen-nodes.ts'

const atMs = Date.UTC(2026, 10, 2, 11)
const whole = { anonymousId: 'c', userId: 'ann', context: { traits: { email: 'ann@acme.io' } } }
const seenOf = (event: Record<string, unknown>) =>
  Object.fromEntries(
    toSeenNodes(readEvent(event)).map(({ kind, value, timeMs }) => [`${kind} ${value}`, timeMs]),
  )

describe('identifiers that an event carries', () => {
  test('are seen at its time', () => {
    assert.deepEqual(seenOf(whole), { 'user ann': atMs, 'mail ann@acme.io': atMs, 'anon c': atMs })
  })

  test('but an alias does not tell when its user was in use', () => {
    assert.deepEqual(seenOf({ ...whole, type: 'alias', previousId: 'old' }), {
      'user ann': undefined,
      'mail ann@acme.io': atMs,
      'anon c': atMs,
    })
  })

  test('and staff who act as the customer are not seen at all', () => {
    const context = { ...whole.context, impersonated: true }
    assert.deepEqual(Object.values(seenOf({ ...whole, context })), [undefined, undefined, undefined])
  })
})

describe('identifiers whose lead an event may move', () => {
  test('are those it carries, also when it only mentions them', () => {
    const kinds = toTouchedNodes(readEvent({ ...whole, context: { ...whole.context, impersonated: true } }))
    assert.deepEqual(
      kinds.map(({ kind }) => kind),
      ['user', 'mail', 'anon'],
    )
  })

  test('and of an alias both readings of what it replaces', () => {
    assert.deepEqual(toTouchedNodes(readEvent({ type: 'alias', userId: 'ann', previousId: 'old' })), [
      { kind: 'user', id: hash('user', 'ann') },
      { kind: 'anon', id: hash('anon', 'old') },
      { kind: 'user', id: hash('user', 'old') },
    ])
  })
})
