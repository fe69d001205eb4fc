import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { hash, resolveWorld, toFactSet, toNormalEvent } from '../../test-support/resolve-world.ts'
import { createWorld } from '../../test-support/random-world.ts'
import { TIGHT_LIMITS, toWorkspaceSettings } from '../../test-support/settings.ts'
import type { Happening } from '../../test-support/world.ts'
import { resolveIdentity } from './resolve-identity.ts'

const letter = (letters: string) =>
  fc.option(fc.constantFrom(...letters.split('')), { nil: undefined, freq: 2 })

const happening = fc.record({
  at: fc.integer({ min: 0, max: 200 }),
  type: fc.constantFrom('identify' as const, 'track' as const, 'alias' as const),
  u: letter('xyz'),
  m: letter('pqr'),
  a: letter('abc'),
  previous: fc.constantFrom(...'xyzab'.split('')),
  trust: fc.constantFrom('public' as const, 'secret' as const),
})

const toWorld = (parts: readonly Omit<Happening, 'id'>[]): readonly Happening[] =>
  parts.map((part, i) => ({ ...part, id: `e${i}`, m: part.m && `${part.m}@firm.io` }))

const resolve = (world: readonly Happening[]) => resolveWorld(world, TIGHT_LIMITS).leads

function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length <= 1) yield items
  for (const [i, first] of items.entries()) {
    for (const rest of permutations(items.toSpliced(i, 1))) yield [first, ...rest]
  }
}

describe('leads are a function of the set of events', () => {
  test('all permutations of small sets give the same leads', () => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 2, maxLength: 5 }), (parts) => {
        const world = toWorld(parts)
        const expected = resolve(world)
        for (const order of permutations(world)) assert.deepEqual(resolve(order), expected)
      }),
      { numRuns: 60 },
    )
  })

  test('the verdict on each identifier does not depend on order or repetition either', () => {
    const limits = toWorkspaceSettings(TIGHT_LIMITS).identity
    const judge = (world: readonly Happening[]) =>
      resolveIdentity(toFactSet(world.map(toNormalEvent)), limits)
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 12 }), (parts) => {
        const world = toWorld(parts)
        assert.deepEqual(judge([...world.toReversed(), ...world]), judge(world))
      }),
    )
  })

  test('shuffled and repeated large worlds give the same leads', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, order) => {
        const world = createWorld(seed, 80)
        const [mixed] = fc.sample(fc.shuffledSubarray([...world, ...world], { minLength: 160 }), {
          seed: order,
          numRuns: 1,
        })
        assert.deepEqual(resolve(mixed ?? []), resolve(world))
      }),
      { numRuns: 25 },
    )
  })

  test('no set of events from browsers joins two users', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 25 }), (parts) => {
        const world = toWorld(parts.map((part) => ({ ...part, trust: 'public' as const })))
        const { ladder, leads } = resolveWorld(world, TIGHT_LIMITS)
        for (const { id, u } of world) {
          if (u === undefined || ladder.isVoidUser(hash('user', u))) continue
          assert.equal(leads.get(id)?.lead, hash('user', u))
        }
      }),
    )
  })
})
