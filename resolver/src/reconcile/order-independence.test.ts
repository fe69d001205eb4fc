import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { createRandom, createWorld, shuffle } from '../../test-support/random-world.ts'
import { resolveWorld } from '../../test-support/resolve-world.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { TIGHT_LIMITS } from '../../test-support/settings.ts'
import { toEnvelope, type Happening } from '../../test-support/world.ts'
import { toChunks } from '../chunks.ts'

const SEEDS = [1, 2]

const leadsOf = (events: unknown): ReadonlyMap<string, string> =>
  new Map(
    z
      .array(z.object({ message_id: z.string(), lead_id: z.string() }))
      .parse(events)
      .map(({ message_id, lead_id }) => [message_id, lead_id]),
  )

const leadsByTheRules = (world: readonly Happening[]): ReadonlyMap<string, string> =>
  new Map([...resolveWorld(world, TIGHT_LIMITS).leads].map(([id, { lead }]) => [id, lead]))

describe('the same events in any order, repeated and replayed', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(3 * SEEDS.length + 1, TIGHT_LIMITS)
    await lab.start()
  })
  after(async () => await lab.close())

  /** Hands the events over in portions, and waits after each, so that every intermediate state is written. */
  async function feed(workspace: number, happenings: readonly Happening[], portions: number): Promise<void> {
    for (const portion of toChunks(happenings, Math.ceil(happenings.length / portions))) {
      await lab.send(portion.map((happening) => toEnvelope(workspace, happening)))
      await lab.settle()
    }
  }

  test('a late alias pushes out of its chain a user whom it does not name', async () => {
    const workspace = 3 * SEEDS.length + 1
    const seen = ['a', 'b', 'c', 'd', 'late'].map((u, i): Happening => ({ id: u, at: i, u }))
    const alias = (previous: string, u: string, at: number): Happening => ({
      id: previous + u,
      at,
      type: 'alias',
      previous,
      u,
      trust: 'secret',
    })
    const chain = [alias('a', 'b', 20), alias('b', 'c', 30), alias('c', 'd', 40)]
    const late = [alias('a', 'late', 10)]
    await feed(workspace, [...seen, ...chain], 1)
    await feed(workspace, late, 1)
    const { events } = await lab.rows(workspace)
    assert.deepEqual(leadsOf(events), leadsByTheRules([...seen, ...chain, ...late]))
  })

  for (const [i, seed] of SEEDS.entries()) {
    test(`world ${seed} has the same leads, sessions and companies however it arrives`, async () => {
      const world = createWorld(seed, 100)
      const random = createRandom(seed)
      const first = 3 * i + 1
      await feed(first, world, 1)
      await feed(first + 1, shuffle(random, [...world, ...shuffle(random, world).slice(0, 40)]), 5)
      await feed(first + 2, world.toReversed(), 2)
      await feed(first + 2, shuffle(random, world), 1)

      const expected = await lab.rows(first)
      assert.deepEqual(leadsOf(expected['events']), leadsByTheRules(world))
      for (const other of [1, 2]) assert.deepEqual(await lab.rows(first + other), expected, `way ${other}`)
      assert.deepEqual(lab.complaints, [])
    })
  }
})
