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

describe('the same events in any order, repeated and replayed', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(3 * SEEDS.length, TIGHT_LIMITS)
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
      const oracle = resolveWorld(world, TIGHT_LIMITS).leads
      const leads = z
        .array(z.object({ message_id: z.string(), lead_id: z.string() }))
        .parse(expected['events'])
      assert.deepEqual(
        new Map(leads.map(({ message_id, lead_id }) => [message_id, lead_id])),
        new Map([...oracle].map(([id, { lead }]) => [id, lead])),
      )
      for (const other of [1, 2]) assert.deepEqual(await lab.rows(first + other), expected, `way ${other}`)
      assert.deepEqual(lab.complaints, [])
    })
  }
})
