import type { Random } from '../random-world.ts'

/** A browser profile: its cookie may be lost between visits, its clock may be wrong. */
export interface Device {
  readonly name: string
  readonly skewMs: number
  /** Chance that a visit begins with a new cookie. */
  readonly loss: number
  cookie: string
  /** User id that the SDK still stamps, because nobody logged out. */
  stamped: string | undefined
}

export interface Person {
  readonly name: string
  /** What his events carry once he is logged in; undefined for one who only ever leaves his address. */
  readonly userId: string | undefined
  /** Id he had before, tied to `userId` by a server's alias. */
  readonly formerId: string | undefined
  readonly mails: readonly string[]
  readonly devices: readonly Device[]
  /** Never says who he is. */
  readonly isAnonymous: boolean
  /** How he leaves: resets the SDK, only forgets the user id, or not at all. */
  readonly leaving: 'reset' | 'forget' | 'stay'
  readonly visits: number
}

const HOUR_MS = 3_600_000

export const chance = (random: Random, share: number): boolean => random() < share
export const between = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1))
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new RangeError('nothing to pick from')
  return item
}

export function createDevice(random: Random, name: string, hostility: number): Device {
  const isWrong = chance(random, 0.15 * hostility)
  return {
    name,
    skewMs: isWrong ? Math.round((random() - 0.5) * 96 * HOUR_MS) : 0,
    loss: chance(random, 0.04) ? 0.9 : 0.06,
    cookie: `${name}-0`,
    stamped: undefined,
  }
}

export function createPeople(random: Random, count: number, hostility: number): readonly Person[] {
  const family = new Map<number, Device>()
  return Array.from({ length: count }, (_, i) => {
    const name = `p${i}`
    const devices = Array.from({ length: between(random, 1, 3) }, (_, d) =>
      createDevice(random, `${name}d${d}`, hostility),
    )
    // Neighbours in the list are one household: some of them have one computer between them.
    const home = Math.floor(i / 2)
    const shared = family.get(home) ?? createDevice(random, `home${home}`, hostility)
    if (chance(createHomeRandom(home), 0.12 * hostility)) {
      family.set(home, shared)
      devices.push(shared)
    }
    return { ...createIdentity(random, i), name, devices, visits: between(random, 1, 9) }
  })
}

/** The same luck for all of one home. */
const createHomeRandom = (home: number) => (): number => ((home * 2_654_435_761) % 1000) / 1000

function createIdentity(random: Random, i: number) {
  const kind = random()
  const mail = `p${i}@firm${Math.floor(i / 4)}.io`
  const second = chance(random, 0.1) ? [`p${i}.private@mail${i % 40}.net`] : []
  const leaving = pick(random, ['reset', 'reset', 'forget', 'stay', 'stay'] as const)
  const base = { formerId: undefined, mails: [mail], isAnonymous: false, leaving }
  if (kind < 0.2) return { ...base, userId: undefined, isAnonymous: true }
  if (kind < 0.35) return { ...base, userId: undefined }
  const userId = kind < 0.45 ? mail.toUpperCase() : kind < 0.6 ? String(100_000 + i) : `user-${i}`
  const formerId = chance(random, 0.05) ? `temporary-${i}` : undefined
  return { ...base, userId, formerId, mails: [mail, ...second] }
}
