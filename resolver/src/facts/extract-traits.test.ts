import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readEvent } from '../../test-support/normal-event.ts'
import { hash } from '../../test-support/resolve-world.ts'
import { extractTraits } from './extract-traits.ts'

const tell = (event: Record<string, unknown>) =>
  Object.fromEntries(extractTraits(readEvent(event)).map(({ key, value }) => [key, value]))

describe('the traits of an event', () => {
  const group = { groupId: 'g1', traits: { name: 'Acme', website: 'acme.io', plan: 'pro' } }
  const cases: readonly (readonly [string, Record<string, unknown>, Record<string, string>])[] = [
    [
      'identify: all of them, as JSON',
      { type: 'identify', traits: { name: 'Ann', age: 41, tags: ['a'], vip: false } },
      { name: '"Ann"', age: '41', tags: '["a"]', vip: 'false' },
    ],
    [
      'identify: those of its context beneath its own, identifiers left out',
      {
        type: 'identify',
        traits: { name: 'Ann' },
        context: { traits: { name: 'A', plan: 'pro', anonymousId: 'c', userId: 'u' } },
      },
      { name: '"Ann"', plan: '"pro"' },
    ],
    ['null stays, since it deletes', { type: 'identify', traits: { name: null } }, { name: 'null' }],
    ['identify without traits: none', { type: 'identify', userId: 'ann' }, {}],
    [
      'track: none, whatever its properties and context',
      { traits: { a: 1 }, properties: { b: 2 }, context: { traits: { c: 3 } } },
      {},
    ],
    ['page: none', { type: 'page', traits: { a: 1 } }, {}],
    [
      'group: the group, its name and website, and nothing else of it',
      { type: 'group', ...group },
      { groupId: '"g1"', groupName: '"Acme"', groupWebsite: '"acme.io"' },
    ],
    [
      'group with a name that is no text: the id only',
      { type: 'group', groupId: 7, traits: { name: 1, website: {} } },
      { groupId: '"7"' },
    ],
    ['group without an id: none', { type: 'group', traits: group.traits }, {}],
    [
      'identify within a group: the group too, but its own name is no group’s',
      { type: 'identify', traits: { name: 'Ann' }, context: { groupId: 'g1' } },
      { name: '"Ann"', groupId: '"g1"' },
    ],
    ['track within a group: none', { context: { groupId: 'g1' } }, {}],
    [
      'staff who act as the customer: none',
      { type: 'identify', traits: { a: 1 }, context: { impersonated: true } },
      {},
    ],
  ]
  for (const [title, event, traits] of cases) {
    test(title, () => assert.deepEqual(tell({ anonymousId: 'c', ...event }), traits))
  }
})

describe('a trait', () => {
  test('hangs on the highest identifier of its event', () => {
    const nodeOf = (event: Record<string, unknown>) =>
      extractTraits(readEvent({ type: 'identify', anonymousId: 'c', ...event }))[0]?.node
    assert.equal(nodeOf({ traits: { plan: 1 } }), hash('anon', 'c'))
    assert.equal(nodeOf({ traits: { email: 'ann@acme.io' } }), hash('mail', 'ann@acme.io'))
    assert.equal(nodeOf({ userId: 'ann', traits: { email: 'ann@acme.io' } }), hash('user', 'ann'))
  })

  test('says where it came from', () => {
    const [trait] = extractTraits(readEvent({ type: 'identify', userId: 'ann', traits: { a: 1 } }))
    assert.ok(trait)
    const { source, messageId, timeMs } = trait
    assert.deepEqual(
      { source, messageId, timeMs },
      { source: 'site', messageId: 'm1', timeMs: Date.UTC(2026, 10, 2, 11) },
    )
  })

  const rankOf = (second: number, trust: 'public' | 'secret', messageId: string): bigint => {
    const timestamp = new Date(Date.UTC(2026, 10, 2, 11, 0, second)).toISOString()
    const event = { type: 'identify', userId: 'ann', traits: { a: 1 }, timestamp, messageId }
    return extractTraits(readEvent(event, { trust }))[0]?.rank ?? 0n
  }

  test('ranks by time, then trust, then message', () => {
    for (const messageId of ['a', 'b', 'c', 'd']) {
      assert.ok(rankOf(1, 'public', 'x') > rankOf(0, 'secret', messageId))
      assert.ok(rankOf(0, 'secret', 'x') > rankOf(0, 'public', messageId))
      assert.notEqual(rankOf(0, 'public', 'x'), rankOf(0, 'public', messageId))
      assert.equal(rankOf(0, 'public', messageId), rankOf(0, 'public', messageId))
    }
  })

  test('has a rank that fits the column', () => {
    assert.ok(rankOf(0, 'secret', 'x') < 2n ** 128n)
  })
})
