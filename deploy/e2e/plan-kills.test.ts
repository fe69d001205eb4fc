import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planKills } from './plan-kills.ts'

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed)
const isWhole = (victim: string): boolean => victim === 'group' || victim === 'parent'

test('the same seed plans the same kills, another seed others', () => {
  assert.deepEqual(planKills(5, 3), planKills(5, 3))
  assert.notDeepEqual(planKills(5, 3), planKills(6, 3))
})

test('three rounds kill the group twice, the parent alone once, and a part before each', () => {
  for (const seed of SEEDS) {
    const victims = planKills(seed, 3).map(({ victim }) => victim)
    assert.deepEqual(victims.filter(isWhole).toSorted(), ['group', 'group', 'parent'])
    assert.deepEqual(
      victims.map((victim) => isWhole(victim)),
      [false, true, false, true, false, true],
    )
    assert.equal(new Set(victims.filter((victim) => !isWhole(victim))).size, 3)
  }
})

test('the moments come one after the other, the last before all events are answered', () => {
  for (const seed of SEEDS) {
    const shares = planKills(seed, 4).map(({ share }) => share)
    assert.deepEqual(
      shares,
      shares.toSorted((one, other) => one - other),
    )
    assert.ok(shares.every((share) => share >= 0 && share < 0.85))
  }
})
