import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TraitPolicy } from '@leadline/contract'
import { toRank, type Trait } from '../facts/extract-traits.ts'
import { TRUST } from '../identity/fact-source.ts'
import { foldTraits, toName, toProvenanceJson, toTraitsJson } from './fold-traits.ts'

const trait = (key: string, value: unknown, rank = 1): Trait => ({
  node: 'n1',
  key,
  value: JSON.stringify(value),
  source: 'site',
  messageId: `m${rank}`,
  timeMs: rank * 1000,
  rank: BigInt(rank),
})
const fold = (...traits: readonly Trait[]): unknown => JSON.parse(toTraitsJson(foldTraits(traits)))

describe('the profile of a lead', () => {
  test('has the last write of each key, in whatever order they come', () => {
    const writes = [
      trait('plan', 'free', 1),
      trait('plan', 'pro', 3),
      trait('plan', 'trial', 2),
      trait('city', 'Ulm', 1),
    ]
    assert.deepEqual(fold(...writes), { plan: 'pro', city: 'Ulm' })
    assert.deepEqual(fold(...writes.toReversed()), { plan: 'pro', city: 'Ulm' })
  })

  test('a last write of null deletes, an earlier one does not', () => {
    assert.deepEqual(fold(trait('plan', 'pro', 1), trait('plan', null, 2)), {})
    assert.deepEqual(fold(trait('plan', null, 1), trait('plan', 'pro', 2)), { plan: 'pro' })
  })

  test('the word null is no deletion', () => {
    assert.deepEqual(fold(trait('plan', 'null')), { plan: 'null' })
  })

  test('writes of equal rank are ordered by identifier and source, not by arrival', () => {
    const same = [
      { ...trait('a', 1), node: 'n1' },
      { ...trait('a', 2), node: 'n2' },
      { ...trait('a', 3), source: 'app' },
    ]
    assert.deepEqual(fold(...same), { a: 2 })
    assert.deepEqual(fold(...same.toReversed()), { a: 2 })
  })

  describe('by the policies of the workspace', () => {
    const told = (value: string, [atMs, trust]: readonly [number, number], policy?: TraitPolicy): Trait => ({
      ...trait('plan', value),
      messageId: value,
      source: trust === TRUST.secret ? 'server' : 'site',
      timeMs: atMs,
      rank: toRank({ timeMs: atMs, trust, messageId: value }, policy),
    })
    const winner = (traits: readonly Trait[], policy: TraitPolicy): unknown => {
      const both = [traits, traits.toReversed()].map((list) =>
        toTraitsJson(foldTraits(list, { plan: policy })),
      )
      assert.equal(both[0], both[1])
      return JSON.parse(both[0] ?? '')
    }
    const writes = (policy: TraitPolicy) => [
      told('first', [1000, TRUST.public], policy),
      told('ours', [2000, TRUST.secret], policy),
      told('last', [3000, TRUST.public], policy),
    ]
    const cases = [
      ['newest', { plan: 'last' }],
      ['first', { plan: 'first' }],
      ['trusted', { plan: 'ours' }],
      ['server', { plan: 'ours' }],
    ] as const
    for (const [policy, profile] of cases)
      test(policy, () => assert.deepEqual(winner(writes(policy), policy), profile))

    test('server: what only browsers said is not there; trusted: it is', () => {
      const browser = [told('last', [3000, TRUST.public])]
      assert.deepEqual(winner(browser, 'server'), {})
      assert.deepEqual(winner(browser, 'trusted'), { plan: 'last' })
    })
  })

  test('keys are sorted, so that equal profiles are equal texts', () => {
    const text = toTraitsJson(foldTraits([trait('b', 1), trait('a', { x: 'ü"' }), trait('C"', 2)]))
    assert.equal(text, '{"C\\"":2,"a":{"x":"ü\\""},"b":1}')
    assert.equal(toTraitsJson(foldTraits([])), '{}')
  })

  test('each value can be explained; a deleted one is not there', () => {
    const profile = foldTraits([trait('plan', 'pro', 2), trait('city', null, 3)])
    assert.deepEqual(JSON.parse(toProvenanceJson(profile)), {
      plan: { time: '1970-01-01T00:00:02.000Z', messageId: 'm2', source: 'site', node: 'n1' },
    })
  })
})

describe('the name of a lead', () => {
  const cases: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ name: ' Ann Lee ' }, 'Ann Lee'],
    [{ name: 'Ann', firstName: 'Anna', lastName: 'Lee' }, 'Ann'],
    [{ name: '  ', firstName: 'Anna', lastName: 'Lee' }, 'Anna Lee'],
    [{ firstName: 'Anna' }, 'Anna'],
    [{ lastName: 'Lee' }, 'Lee'],
    [{ name: 7, lastName: 'Lee' }, 'Lee'],
    [{ name: { first: 'Ann' } }, ''],
    [{}, ''],
  ]
  for (const [values, name] of cases) {
    test(`${JSON.stringify(values)} is "${name}"`, () =>
      assert.equal(toName(foldTraits(Object.entries(values).map(([key, value]) => trait(key, value)))), name))
  }
})
