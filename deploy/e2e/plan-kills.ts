import { createRandom, type SeededRandom } from '../src/simulate/seeded-random.ts'

/** `group`: every process at once; `parent`: the supervisor alone; else the part of that name. */
export type Victim = 'group' | 'parent' | (typeof PARTS)[number]

export interface PlannedKill {
  readonly victim: Victim
  /** When this share of all events has been answered, 0 to 1: a moment that is the same on a fast and a slow machine. */
  readonly share: number
}

const PARTS = ['collector', 'resolver', 'crm-sync', 'clickhouse', 'sandbox'] as const
/** So that the last kill, too, comes while events are on their way. */
const LAST_SHARE = 0.85

/**
 * What dies and when, from the seed alone. Each round kills a part and then the whole instance; of three rounds one
 * takes the parent alone and two the group.
 */
export function planKills(seed: number, rounds: number): PlannedKill[] {
  const random = createRandom(`crashes ${seed}`)
  const parts = drawAll(random, PARTS, rounds)
  const wholes = drawAll(random, ['group', 'group', 'parent'] as const, rounds)
  const victims = wholes.flatMap((whole, round) => [parts[round] ?? whole, whole])
  const span = LAST_SHARE / victims.length
  return victims.map((victim, index) => ({ victim, share: span * (index + random.next()) }))
}

/** `count` items: all in random order, then all again in another. */
function drawAll<Item>(random: SeededRandom, items: readonly Item[], count: number): Item[] {
  const drawn: Item[] = []
  while (drawn.length < count) {
    const left = [...items]
    while (left.length > 0) drawn.push(...left.splice(random.between(0, left.length - 1), 1))
  }
  return drawn.slice(0, count)
}
