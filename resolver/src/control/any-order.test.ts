import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CONTROL_TOPIC, encodeIdentityCommand } from '@leadline/contract'
import { z } from 'zod'
import type { NaiveRuling } from '../../test-support/naive-rulings.ts'
import { createRulings, toCommand } from '../../test-support/random-rulings.ts'
import { createRandom, createWorld, shuffle } from '../../test-support/random-world.ts'
import { resolveWorld } from '../../test-support/resolve-world.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toRulingRows } from '../../test-support/ruling-rows.ts'
import { TIGHT_LIMITS } from '../../test-support/settings.ts'
import { toEnvelope, type Happening } from '../../test-support/world.ts'
import { toChunks } from '../chunks.ts'

/** One world in the suite; more by hand: LEADLINE_OPERATOR_WORLDS=20. */
const SEEDS = Array.from({ length: Number(process.env['LEADLINE_OPERATOR_WORLDS'] ?? 1) }, (_, i) => i + 1)

type Step = { readonly event: Happening } | { readonly ruling: NaiveRuling }

describe('the same events and commands in any order, repeated and replayed', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(3 * SEEDS.length, TIGHT_LIMITS)
    await lab.start()
  })
  after(async () => await lab.close())

  async function feed(workspace: number, steps: readonly Step[], portions: number): Promise<void> {
    for (const portion of toChunks(steps, Math.ceil(steps.length / portions))) {
      const events = portion.flatMap((step) => ('event' in step ? [step.event] : []))
      const rulings = portion.flatMap((step) => ('ruling' in step ? [step.ruling] : []))
      await lab.stream.append(
        CONTROL_TOPIC,
        rulings.map((ruling) => ({
          key: String(workspace),
          value: encodeIdentityCommand(toCommand(workspace, ruling)),
        })),
      )
      await lab.send(events.map((event) => toEnvelope(workspace, event)))
      await lab.settle()
    }
  }

  for (const [i, seed] of SEEDS.entries()) {
    test(`world ${seed} has the same rows`, async () => {
      const random = createRandom(seed)
      const world = createWorld(seed, 60)
      const rulings = createRulings(random, 9)
      const steps: readonly Step[] = [
        ...world.map((event) => ({ event })),
        ...rulings.map((ruling) => ({ ruling })),
      ]
      const first = 3 * i + 1
      await feed(first, steps, 1)
      await feed(first + 1, shuffle(random, [...steps, ...shuffle(random, steps).slice(0, 20)]), 4)
      await feed(first + 2, steps.toReversed(), 3)

      const expected = await lab.rows(first)
      const byRules = resolveWorld(world, TIGHT_LIMITS, rulings.flatMap(toRulingRows)).leads
      const stored = z
        .array(z.object({ message_id: z.string(), lead_id: z.string() }))
        .parse(expected['events'])
        .map(({ message_id, lead_id }) => [message_id, lead_id] as const)
      assert.deepEqual(new Map(stored), new Map([...byRules].map(([id, { lead }]) => [id, lead])))
      assert.deepEqual(await lab.rows(first + 1), expected, 'shuffled')
      assert.deepEqual(await lab.rows(first + 2), expected, 'reversed')
      assert.deepEqual(lab.complaints, [])
    })
  }
})
