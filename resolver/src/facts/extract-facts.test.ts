import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readEvent } from '../../test-support/normal-event.ts'
import { hash } from '../../test-support/resolve-world.ts'
import { NO_NODE } from '../identity/fact-source.ts'
import { extractFacts } from './extract-facts.ts'

const NAMES = new Map([
  [hash('user', 'ann'), 'user:ann'],
  [hash('user', 'old'), 'user:old'],
  [hash('anon', 'old'), 'anon:old'],
  [hash('anon', 'c'), 'anon:c'],
  [hash('mail', 'ann@acme.io'), 'mail:ann@acme.io'],
  [NO_NODE, ''],
])

/** Facts in short: `claim anon:c -> user:ann`, with the user that it goes through, if any, behind a comma. */
const tell = (event: Record<string, unknown>): readonly string[] =>
  extractFacts(readEvent(event)).map(({ kind, loKind, lo, hiKind, hi, via }) => {
    const [low = '', high = '', through = ''] = [lo, hi, via].map((id) => NAMES.get(id))
    assert.ok(low.startsWith(loKind) && high.startsWith(hiKind))
    return `${kind} ${low} -> ${high}${through && `, ${through}`}`
  })

const traits = { email: 'Ann@acme.io' }

describe('what an event says about identity', () => {
  const cases: readonly (readonly [string, Record<string, unknown>, readonly string[]])[] = [
    ['a cookie alone: nothing', { anonymousId: 'c' }, []],
    ['a user alone: nothing', { userId: 'ann' }, []],
    [
      'cookie and user: the cookie is the user’s',
      { anonymousId: 'c', userId: 'ann' },
      ['claim anon:c -> user:ann'],
    ],
    [
      'mail and user: the mail is the user’s',
      { userId: 'ann', context: { traits } },
      ['claim mail:ann@acme.io -> user:ann'],
    ],
    [
      'cookie and mail: the cookie is the mail’s',
      { anonymousId: 'c', context: { traits } },
      ['claim anon:c -> mail:ann@acme.io'],
    ],
    [
      'all three: the cookie is the mail’s only through the user',
      { type: 'identify', anonymousId: 'c', userId: 'ann', traits },
      [
        'claim mail:ann@acme.io -> user:ann',
        'claim anon:c -> user:ann',
        'claim anon:c -> mail:ann@acme.io, user:ann',
      ],
    ],
    [
      'an alias: what it replaces is read as a cookie and as a user',
      { type: 'alias', userId: 'ann', previousId: 'old' },
      ['alias anon:old -> user:ann', 'alias user:old -> user:ann'],
    ],
    [
      'an alias from a cookie claims that cookie too',
      { type: 'alias', userId: 'ann', previousId: 'old', anonymousId: 'c' },
      ['claim anon:c -> user:ann', 'alias anon:old -> user:ann', 'alias user:old -> user:ann'],
    ],
    [
      'an alias of itself is none of users',
      { type: 'alias', userId: 'ann', previousId: 'ann' },
      ['alias anon:ann -> user:ann'],
    ],
    ['an alias without a user: nothing', { type: 'alias', anonymousId: 'c', previousId: 'old' }, []],
    ['an alias of junk: nothing', { type: 'alias', userId: 'ann', previousId: 'null' }, []],
    ['a previous id on any other call: nothing', { userId: 'ann', previousId: 'old' }, []],
    ['junk beside a cookie: nothing', { userId: 'undefined', anonymousId: 'c' }, []],
  ]
  NAMES.set(hash('anon', 'ann'), 'anon:ann')
  for (const [title, event, facts] of cases) test(title, () => assert.deepEqual(tell(event), facts))

  test('each fact bears the time, the trust and the message of its event', () => {
    for (const [trust, level] of [
      ['public', 1],
      ['secret', 2],
    ] as const) {
      const [fact] = extractFacts(readEvent({ anonymousId: 'c', userId: 'ann' }, { trust }))
      const atMs = Date.UTC(2026, 10, 2, 11)
      assert.ok(fact)
      assert.deepEqual([fact.firstMs, fact.lastMs, fact.trust, fact.witness], [atMs, atMs, level, 'm1'])
    }
  })

  test('staff who act as the customer only mention, and alias nothing', () => {
    const context = { impersonated: true, traits }
    const facts = extractFacts(
      readEvent({ type: 'alias', userId: 'ann', previousId: 'old', anonymousId: 'c', context }),
    )
    assert.deepEqual(
      facts.map(({ kind, trust }) => `${kind} ${trust}`),
      Array(3).fill('claim 0'),
    )
    for (const { firstMs, lastMs } of facts)
      assert.ok(firstMs > lastMs, 'the times move no minimum and no maximum')
  })
})
