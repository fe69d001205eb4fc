import type { Happening } from './world.ts'

export type Random = () => number

/** mulberry32: numbers in [0, 1) that a seed decides. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const pick = <T>(random: Random, items: readonly T[]): T | undefined =>
  items[Math.floor(random() * items.length)]

export const shuffle = <T>(random: Random, items: readonly T[]): readonly T[] =>
  items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item)

const name = (letter: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${letter}${i + 1}`)

const USERS = name('user-', 7)
const MAILS = name('p', 7).map((local) => `${local}@firm${local}.io`)
const COOKIES = name('cookie-', 9)

/** A dense and hostile world: few identifiers, everybody on everybody's machine, aliases of both kinds. */
export function createWorld(seed: number, events: number): readonly Happening[] {
  const random = createRandom(seed)
  return Array.from({ length: events }, (_, i) => {
    const common = {
      id: `message-${i}`,
      at: Math.floor(random() * 60 * 20),
      trust: random() < 0.5 ? ('secret' as const) : ('public' as const),
    }
    return random() < 0.06 ? createAlias(random, common) : createEvent(random, common, i)
  })
}

type Common = Pick<Happening, 'id' | 'at' | 'trust'>

const createAlias = (random: Random, common: Common): Happening => ({
  ...common,
  type: 'alias',
  u: pick(random, USERS),
  previous: pick(random, [...USERS, ...COOKIES]) ?? '',
})

function createEvent(random: Random, common: Common, plan: number): Happening {
  const sometimes = <T>(chance: number, items: readonly T[]): T | undefined =>
    random() < chance ? pick(random, items) : undefined
  const u = sometimes(0.25, [...USERS, 'null'])
  const m = sometimes(0.2, MAILS)
  // The collector takes no event that has neither a user nor a cookie.
  const a = u === undefined ? pick(random, COOKIES) : sometimes(0.7, COOKIES)
  const type = m === undefined ? pick(random, ['track', 'page', 'group'] as const) : 'identify'
  const fields = type === 'group' ? { groupId: `g${plan % 3}` } : {}
  const impersonated = random() < 0.08
  return { ...common, ...(type ? { type } : {}), u, m, a, impersonated, fields, traits: { plan } }
}
