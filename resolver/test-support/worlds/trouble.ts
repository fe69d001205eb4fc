import type { Random } from '../random-world.ts'
import type { Happened } from './event-writer.ts'
import { between, chance, createDevice, pick, type Device, type Person } from './people.ts'
import { accountOf, START_MS } from './visits.ts'

/** What happened, who did it, and the account that the event names. */
export interface TroubleDeed {
  readonly happened: Happened
  readonly who: string
  readonly signedAs: string | undefined
  /** A member of staff acts as the customer: says nothing about whose the machine is. */
  readonly isStaff?: boolean
}

const JUNK_IDS = [
  'null',
  'undefined',
  'anonymous',
  '[object Object]',
  '-1',
  '00000000-0000-0000-0000-000000000000',
  'N/A',
  '"null"',
]
const JUNK_MAILS = ['test@test.com', 'noreply@shop.io', 'none@none.com', 'someone@example.com']
const DAY_MS = 86_400_000

/** Everything that makes careless resolvers join strangers, in proportion to the people. */
export function createTrouble(
  random: Random,
  people: readonly Person[],
  hostility: number,
): readonly TroubleDeed[] {
  const known = people.filter(({ userId }) => userId !== undefined)
  if (known.length < 20 || hostility === 0) return []
  const times = Math.max(1, Math.round((people.length / 250) * hostility))
  return Array.from({ length: times }, (_, i) => [
    ...kiosk(random, known, i),
    ...staff(random, known, i),
    ...sharedUserId(random, people, i),
    ...sharedMail(random, i),
    ...browserAliases(random, known),
    ...junk(random, people, i),
  ]).flat()
}

const someTime = (random: Random): number => START_MS + Math.floor(random() * 60 * DAY_MS)

const browse = (device: Device, atMs: number, userId?: string | number): Happened => ({
  type: 'track',
  event: 'Looked',
  anonymousId: device.cookie,
  ...(userId === undefined ? {} : { userId }),
  atMs,
  device,
})

/** A tablet at a fair: many people sign in for a moment, others only look. */
function kiosk(random: Random, known: readonly Person[], i: number): readonly TroubleDeed[] {
  const device = createDevice(random, `kiosk${i}`, 0)
  return Array.from({ length: 30 }, (_, n) => {
    const person = pick(random, known)
    const atMs = START_MS + 10 * DAY_MS + n * 40 * 60_000
    const userId = person.userId
    const looked = { happened: browse(device, atMs), who: accountOf(person), signedAs: undefined }
    if (userId === undefined || chance(random, 0.4)) return [{ ...looked, who: `passer-by:${i}.${n}` }]
    const signed = {
      happened: browse(device, atMs + 60_000, userId),
      who: accountOf(person),
      signedAs: accountOf(person),
    }
    return [looked, signed]
  }).flat()
}

/** Support logs in as customers: half of the products say so, the others do not. */
function staff(random: Random, known: readonly Person[], i: number): readonly TroubleDeed[] {
  const device = createDevice(random, `support${i}`, 0)
  const says = i % 2 === 0
  return Array.from({ length: 15 }, () => {
    const person = pick(random, known)
    const happened = browse(device, someTime(random), person.userId)
    return {
      happened: says ? { ...happened, context: { impersonated: true } } : happened,
      who: accountOf(person),
      signedAs: accountOf(person),
      isStaff: says,
    }
  })
}

/** A shop that calls every guest by one user id. Each guest leaves his own address. */
function sharedUserId(random: Random, people: readonly Person[], i: number): readonly TroubleDeed[] {
  return Array.from({ length: 30 }, (_, n) => {
    const device = createDevice(random, `guest${i}x${n}x${people.length}`, 0)
    const who = `account:guest${i}.${n}`
    const atMs = someTime(random)
    const identify: Happened = {
      type: 'identify',
      anonymousId: device.cookie,
      userId: `guest-checkout-${i}`,
      traits: { email: `guest${i}.${n}@post${n}.net` },
      atMs,
      device,
    }
    return [
      { happened: browse(device, atMs - 60_000), who, signedAs: undefined },
      { happened: identify, who, signedAs: who },
    ]
  }).flat()
}

/** An address that people type who do not want to give theirs. Nobody can say more than which browser it was. */
function sharedMail(random: Random, i: number): readonly TroubleDeed[] {
  return Array.from({ length: 40 }, (_, n) => {
    const device = createDevice(random, `shy${i}x${n}`, 0)
    const happened: Happened = {
      type: 'identify',
      anonymousId: device.cookie,
      traits: { email: `go-away@nowhere${i}.com` },
      atMs: someTime(random),
      device,
    }
    return { happened, who: `cookie:${device.cookie}`, signedAs: undefined }
  })
}

/** A page that calls alias with whatever it finds: anybody can send it, so it joins nobody. */
function browserAliases(random: Random, known: readonly Person[]): readonly TroubleDeed[] {
  return Array.from({ length: 5 }, () => {
    const [from, to] = [pick(random, known), pick(random, known)]
    const happened: Happened = {
      type: 'alias',
      previousId: from.userId ?? '',
      userId: to.userId ?? '',
      atMs: someTime(random),
      device: undefined,
    }
    return { happened, who: accountOf(to), signedAs: accountOf(to) }
  })
}

/** Programs without an identifier send a word instead. The people stay who they are by their cookies. */
function junk(random: Random, people: readonly Person[], i: number): readonly TroubleDeed[] {
  return Array.from({ length: 40 }, (_, n) => {
    const device = createDevice(random, `odd${i}x${n}x${people.length}`, 0)
    const userId = chance(random, 0.7) ? pick(random, JUNK_IDS) : undefined
    const happened: Happened = {
      type: 'identify',
      anonymousId: device.cookie,
      ...(userId === undefined ? {} : { userId }),
      traits: { email: pick(random, JUNK_MAILS) },
      atMs: someTime(random),
      device,
    }
    const later = browse(device, happened.atMs + between(random, 1000, DAY_MS))
    return [happened, later].map((deed) => ({
      happened: deed,
      who: `cookie:${device.cookie}`,
      signedAs: undefined,
    }))
  }).flat()
}
