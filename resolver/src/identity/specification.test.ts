import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { IdentityLimits } from '@leadline/contract'
import * as fc from 'fast-check'
import { createNaiveLadder } from '../../test-support/naive-ladder.ts'
import type { NaiveLadder, NaiveLead } from '../../test-support/naive-verdicts.ts'
import type { NaiveRuling } from '../../test-support/naive-rulings.ts'
import { toNaiveEvent } from '../../test-support/naive-world.ts'
import { hash, resolveWorld } from '../../test-support/resolve-world.ts'
import { toId, toRulingRows } from '../../test-support/ruling-rows.ts'
import { toWorkspaceSettings } from '../../test-support/settings.ts'
import { MINUTE_MS, NOON_MS, type Happening } from '../../test-support/world.ts'

interface World {
  readonly happenings: readonly Happening[]
  readonly rulings: readonly NaiveRuling[]
}

const toNaive = ({ happenings, rulings }: World, limits: Partial<IdentityLimits>): NaiveLadder =>
  createNaiveLadder(happenings.map(toNaiveEvent), toWorkspaceSettings(limits).identity, {
    tieOrder: toId,
    rulings,
  })

const distinct = (values: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
]

/** All that the rules say of a world, in words that both sides speak. */
function tellNaive(world: World, limits: Partial<IdentityLimits>) {
  const ladder = toNaive(world, limits)
  const events = world.happenings.map(toNaiveEvent)
  return {
    users: distinct(events.map(({ user }) => user)).map((user) => [
      user,
      ladder.voidUser(user) !== undefined,
    ]),
    mails: distinct(events.map(({ mail }) => mail)).map((mail) => {
      const home = ladder.homeOf(mail)
      return [mail, home && toId(home.lead)]
    }),
    cookies: distinct(events.map(({ cookie }) => cookie)).map((cookie) => [
      cookie,
      ladder.ownersOf(cookie).map(({ lead, sinceMs }) => ({ lead: toId(lead), sinceMs })),
    ]),
    leads: events.map((event) => {
      const { lead, because } = ladder.leadOf(event)
      return [event.id, { lead: toId(lead), quarantined: because.endsWith('quarantine') }]
    }),
  }
}

function tellProduct(world: World, limits: Partial<IdentityLimits>) {
  const { ladder, leads } = resolveWorld(world.happenings, limits, world.rulings.flatMap(toRulingRows))
  const events = world.happenings.map(toNaiveEvent)
  return {
    users: distinct(events.map(({ user }) => user)).map((user) => [
      user,
      ladder.isVoidUser(hash('user', user)),
    ]),
    mails: distinct(events.map(({ mail }) => mail)).map((mail) => [
      mail,
      ladder.leadOfMail(hash('mail', mail)),
    ]),
    cookies: distinct(events.map(({ cookie }) => cookie)).map((cookie) => [
      cookie,
      ladder.ownersOf(hash('anon', cookie)).map(({ lead, sinceMs }) => ({ lead, sinceMs })),
    ]),
    leads: events.map(({ id }) => [id, leads.get(id)]),
  }
}

const pool = (letter: string): readonly string[] => Array.from({ length: 6 }, (_, i) => `${letter}${i}`)
/** One text is both a user and a cookie: which of them an alias means, only the events say. */
const USERS = ['both', ...pool('u'), 'null']
const COOKIES = ['both', ...pool('c'), 'undefined']
const MAILS = [...pool('p').map((local) => `${local}@firm.io`), 'noreply@firm.io']

const index = fc.nat({ max: 7 })
const plan = fc.record({
  at: fc.nat({ max: 30 }),
  isOffBeat: fc.nat({ max: 9 }),
  call: fc.nat({ max: 99 }),
  u: index,
  m: index,
  a: index,
  previous: fc.nat({ max: 15 }),
  has: fc.record({ u: fc.nat({ max: 99 }), m: fc.nat({ max: 99 }), a: fc.nat({ max: 99 }) }),
  trust: fc.constantFrom('public' as const, 'secret' as const),
  isImpersonated: fc.nat({ max: 9 }),
})

const percent = fc.constantFrom(10, 30, 60, 90)
const shape = fc.record({
  users: fc.integer({ min: 1, max: 8 }),
  mails: fc.integer({ min: 1, max: 7 }),
  cookies: fc.integer({ min: 1, max: 8 }),
  aliases: fc.constantFrom(2, 10, 50),
  has: fc.record({ u: percent, m: fc.constantFrom(5, 15, 30, 60), a: percent }),
})

const rulingPlan = fc.record({
  action: fc.constantFrom('join', 'join', 'join', 'part', 'part', 'quarantine', 'release', 'undo'),
  at: fc.nat({ max: 12 }),
  kinds: fc.constantFrom('uu', 'mu', 'mu', 'mm', 'mm', 'au', 'am'),
  x: index,
  y: index,
  of: fc.nat({ max: 9 }),
})

type Drawn<A> = A extends fc.Arbitrary<infer T> ? T : never

const toHappenings = (
  { users, mails, cookies, aliases, has }: Drawn<typeof shape>,
  plans: readonly Drawn<typeof plan>[],
): readonly Happening[] =>
  plans.map((one, i) => {
    const isAlias = one.call < aliases
    const userPool = USERS.slice(0, users)
    const olds = [...userPool, ...COOKIES.slice(0, cookies)]
    return {
      id: `e${i}`,
      at: one.at * 10 + (one.isOffBeat === 0 ? 0.5 : 0),
      type: isAlias ? 'alias' : one.call % 2 === 0 ? 'identify' : 'page',
      u: isAlias || one.has.u < has.u ? userPool[one.u % userPool.length] : undefined,
      m: one.has.m < has.m ? MAILS[one.m % mails] : undefined,
      a: one.has.a < has.a ? COOKIES[one.a % cookies] : undefined,
      ...(isAlias ? { previous: olds[one.previous % olds.length] ?? '' } : {}),
      trust: one.trust,
      impersonated: one.isImpersonated === 0,
    }
  })

const toLead = (kind: string, { users, mails, cookies }: Drawn<typeof shape>, at: number): NaiveLead => {
  if (kind === 'u') return `user:${USERS[at % Math.min(users, 7)] ?? ''}`
  if (kind === 'm') return `mail:${MAILS[at % Math.min(mails, 6)] ?? ''}`
  return `anon:${COOKIES[at % Math.min(cookies, 7)] ?? ''}`
}

/** Undo names an earlier or later one, be it an undo itself: only some of them count. */
function toRulings(
  bounds: Drawn<typeof shape>,
  plans: readonly Drawn<typeof rulingPlan>[],
): readonly NaiveRuling[] {
  const rulings: NaiveRuling[] = []
  for (const [i, { action, at, kinds, x, y, of }] of plans.entries()) {
    const common = { id: `0000000${i}-0000-4000-8000-000000000000`, atMs: NOON_MS + at * 25 * MINUTE_MS }
    const target = rulings[of % Math.max(rulings.length, 1)]
    if (action === 'undo') {
      if (target) rulings.push({ ...common, action, x: target.x, y: target.y, undoes: target.id })
      continue
    }
    const first = toLead(kinds[0] ?? 'u', bounds, x)
    const second = toLead(kinds[1] ?? 'u', bounds, y)
    const isSingle = action === 'quarantine' || action === 'release'
    if (isSingle || first !== second)
      rulings.push({ ...common, action, x: first, y: isSingle ? first : second })
  }
  return rulings
}

/** A user with several mails of which another claims the first, and users who replace each other in a row. */
const toPlanted = (agencyMails: number, chain: number): readonly Happening[] => [
  ...MAILS.slice(0, agencyMails).map((m, i) => ({ id: `agency${i}`, at: 40, u: 'u1', m })),
  ...(agencyMails > 0 ? [{ id: 'client', at: 50, u: 'u2', m: MAILS[0] }] : []),
  ...pool('u')
    .slice(0, chain)
    .flatMap((u, i): readonly Happening[] => [
      { id: `seen${i}`, at: 60 + i * 10, u },
      { id: `alias${i}`, at: 100 - i * 10, type: 'alias', u, previous: `u${i - 1}`, trust: 'secret' },
    ]),
]

/** Times are multiples of ten minutes, so that gaps of exactly thirty abound; some lie half a minute beside. */
const world = fc
  .record({
    shape,
    plans: fc.array(plan, { minLength: 1, maxLength: 40, size: 'max' }),
    rulings: fc.oneof(fc.constant([]), fc.array(rulingPlan, { maxLength: 9, size: 'max' })),
    agencyMails: fc.nat({ max: 4 }),
    chain: fc.constantFrom(0, 0, 0, 4, 6),
  })
  .map(({ shape: one, plans, rulings, agencyMails, chain }): World => ({
    happenings: [...toHappenings(one, plans), ...toPlanted(agencyMails, chain)],
    rulings: toRulings(one, rulings),
  }))

const limit = fc.integer({ min: 1, max: 4 })
const limits = fc.record({
  mailsPerUser: limit,
  sharedMailsPerUser: limit,
  sharedCookiesPerUser: fc.integer({ min: 1, max: 2 }),
  usersPerMail: limit,
  cookiesPerMail: limit,
  usersPerLead: limit,
})

describe('the ladder and its naive transcription agree', () => {
  test('on all verdicts and events of small hostile worlds, whatever the limits', () => {
    fc.assert(
      fc.property(world, limits, (one, bounds) => {
        assert.deepEqual(tellProduct(one, bounds), tellNaive(one, bounds))
      }),
      { numRuns: 2500 },
    )
  })
})

/** Without these the comparison would say little. */
const SENTENCES = [
  'R1: too many mails',
  'R1: mails of others',
  'R1: machines of others',
  'R1: an operator',
  'R2: an operator',
  'R4: joined with an account',
  'R4: joined mails',
  'R1: quarantine',
  'R2: too many users',
  'R2: too many cookies',
  'R2: quarantine',
  'R3: joined',
  'R3: refused',
  'R4: no user',
  'R4: one root',
  'R4: most specific',
  'R4: contested',
  'R5: no owner',
  'R5: one owner',
  'R6: one signed',
  'R6: several signed',
  'R6: before the second',
  'R6: after the second',
  'R7: user',
  'R7: mail',
  'R8: no identifier',
]

test('those worlds reach every sentence of the rules', () => {
  const reached = fc.sample(fc.tuple(world, limits), { numRuns: 400, seed: 1 }).flatMap(([one, bounds]) => {
    const ladder = toNaive(one, bounds)
    const events = one.happenings.map(toNaiveEvent)
    return distinct([
      ...events.map((event) => ladder.leadOf(event).because),
      ...events.map(({ user }) => (user === undefined ? undefined : ladder.voidUser(user))),
      ...events.flatMap(({ mail }) =>
        mail === undefined ? [] : [ladder.voidMail(mail), ladder.homeOf(mail)?.because],
      ),
      events.some(({ user }) => user !== undefined && ladder.accountOf(user).length > 1) ? 'R3: joined' : '',
      ladder.refusedAliases() > 0 ? 'R3: refused' : '',
    ])
  })
  for (const sentence of SENTENCES) {
    const worlds = reached.filter((one) => one === sentence).length
    assert.ok(worlds >= 5, `${sentence}: ${worlds} of 400 worlds`)
  }
})
