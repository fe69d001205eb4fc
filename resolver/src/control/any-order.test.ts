import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CONTROL_TOPIC, encodeIdentityCommand, type IdentityCommand } from '@leadline/contract'
import { z } from 'zod'
import type { NaiveLead } from '../../test-support/naive-ladder.ts'
import type { NaiveRuling } from '../../test-support/naive-rulings.ts'
import { createRandom, createWorld, shuffle, type Random } from '../../test-support/random-world.ts'
import { resolveWorld } from '../../test-support/resolve-world.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toRulingRows } from '../../test-support/ruling-rows.ts'
import { TIGHT_LIMITS } from '../../test-support/settings.ts'
import { NOON_MS, toEnvelope, type Happening } from '../../test-support/world.ts'
import { toChunks } from '../chunks.ts'
import { toControlPair } from './find-pairs.ts'

/** One world in the suite; more by hand: LEADLINE_OPERATOR_WORLDS=20. */
const SEEDS = Array.from({ length: Number(process.env['LEADLINE_OPERATOR_WORLDS'] ?? 1) }, (_, i) => i + 1)

const ACTIONS = ['join', 'join', 'part', 'part', 'quarantine', 'release', 'undo'] as const
const IDENTIFIERS: readonly NaiveLead[] = [
  ...[1, 2, 3, 4].map((n): NaiveLead => `user:user-${n}`),
  ...[1, 2, 3, 4].map((n): NaiveLead => `mail:p${n}@firmp${n}.io`),
  ...[1, 2, 3].map((n): NaiveLead => `anon:cookie-${n}`),
]

const pick = <T>(random: Random, items: readonly T[]): T => {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('nothing to pick')
  return item
}

/** Operators who know little of what they do, and take some of it back. */
function createRulings(random: Random, count: number): readonly NaiveRuling[] {
  const rulings: NaiveRuling[] = []
  while (rulings.length < count) {
    const i = rulings.length
    const common = {
      id: `0000000${i}-0000-4000-8000-000000000000`,
      atMs: NOON_MS + Math.floor(random() * 9) * 1000,
    }
    const action = pick(random, ACTIONS)
    const [x, y] = [pick(random, IDENTIFIERS), pick(random, IDENTIFIERS)]
    const isSingle = action === 'quarantine' || action === 'release'
    if (action === 'undo') {
      const target = rulings[Math.floor(random() * i)]
      if (target) rulings.push({ ...common, action, x: target.x, y: target.y, undoes: target.id })
    } else if (isSingle) rulings.push({ ...common, action, x, y: x })
    else if (x !== y && !(x.startsWith('anon') && y.startsWith('anon')))
      rulings.push({ ...common, action, x, y })
  }
  return rulings
}

function toCommand(workspace: number, ruling: NaiveRuling): IdentityCommand {
  const [row] = toRulingRows(ruling)
  if (!row) throw new Error('a ruling has two ends')
  return {
    v: 1,
    workspace,
    id: ruling.id,
    at: new Date(ruling.atMs).toISOString(),
    actor: 'somebody',
    action: ruling.action,
    pairs: [toControlPair(row.node, row.other)],
    erased: [],
    erasedMessages: [],
    around: [],
    ...(ruling.undoes === undefined ? {} : { undoes: ruling.undoes }),
    effect: { leads: 0, events: 0, sessions: 0 },
  }
}

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
