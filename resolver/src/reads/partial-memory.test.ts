import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NodeId } from '../identity/fact-source.ts'
import { PartialMemory } from './partial-memory.ts'

/** A number by id, as far as it is loaded, and functions of it that count how often they run. */
function openMemory() {
  const memory = new PartialMemory()
  const loaded = new Map<NodeId, number>()
  const runs: string[] = []
  const numberOf = (id: NodeId): number => {
    const known = loaded.get(id)
    if (known === undefined) memory.noteLack()
    return known ?? 0
  }
  const double = memory.remember((id) => {
    runs.push(`double ${id}`)
    return 2 * numberOf(id)
  })
  const sum = memory.remember((ids) => {
    runs.push(`sum ${ids}`)
    return ids.split('').reduce((total, id) => total + double(id), 0)
  })
  memory.startRound()
  return { memory, loaded, runs, double, sum }
}

describe('what is remembered while facts are loaded', () => {
  it('is kept for good where nothing was missing', () => {
    const { memory, loaded, runs, double } = openMemory()
    loaded.set('a', 1)
    assert.equal(double('a'), 2)
    memory.startRound()
    assert.equal(double('a'), 2)
    assert.deepEqual(runs, ['double a'])
  })

  it('is found out anew once more is there, also where it hangs on a result that lacked something', () => {
    const { memory, loaded, runs, double, sum } = openMemory()
    loaded.set('a', 1)
    assert.equal(double('b'), 0)
    assert.equal(sum('ab'), 2)
    loaded.set('b', 10)
    memory.startRound()
    assert.equal(sum('ab'), 22)
    assert.deepEqual(runs, ['double b', 'sum ab', 'double a', 'sum ab', 'double b'])
  })

  it('is found out once in a round, though something is missing', () => {
    const { runs, sum } = openMemory()
    assert.deepEqual([sum('a'), sum('a')], [0, 0])
    assert.deepEqual(runs, ['sum a', 'double a'])
  })

  it('stands for all that share it', () => {
    const memory = new PartialMemory()
    const runs: string[] = []
    const kin = memory.remember(
      (id) => {
        runs.push(id)
        return ['a', 'b']
      },
      (ids) => ids,
    )
    memory.startRound()
    assert.equal(kin('a'), kin('b'))
    assert.deepEqual(runs, ['a'])
  })
})
