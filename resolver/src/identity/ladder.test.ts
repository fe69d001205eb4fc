import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { IdentityLimits } from '@leadline/contract'
import {
  hash,
  resolveWorld,
  toFactSet,
  toNormalEvent,
  type ResolvedWorld,
} from '../../test-support/resolve-world.ts'
import { toWorkspaceSettings } from '../../test-support/settings.ts'
import type { Happening } from '../../test-support/world.ts'
import { NO_NODE, TRUST, type Fact } from './fact-source.ts'
import { indexFacts } from './indexed-facts.ts'
import { createLadder } from './ladder.ts'

/** Happenings without ids and times: the order in which they stand is the order in time, an hour apart. */
type Told = Omit<Happening, 'id' | 'at'> & Partial<Pick<Happening, 'id' | 'at'>>

const tell = (told: readonly Told[], limits: Partial<IdentityLimits> = {}): ResolvedWorld =>
  resolveWorld(
    told.map((one, i) => ({ id: `e${i}`, at: i * 60, ...one })),
    limits,
  )

const user = (value: string): string => hash('user', value)
const mail = (value: string): string => hash('mail', value)
const anon = (value: string): string => hash('anon', value)
const leadsOf = (world: ResolvedWorld): readonly string[] => [...world.leads.values()].map(({ lead }) => lead)
const many = (count: number, one: (i: number) => Told): readonly Told[] =>
  Array.from({ length: count }, (_, i) => one(i))

describe('R1: void users', () => {
  const withMails = (count: number): readonly Told[] =>
    many(count, (i) => ({ u: 'u', m: `p${i}@firm${i}.io` }))

  test('ten mails are a user, eleven are nobody', () => {
    assert.equal(tell(withMails(10)).ladder.isVoidUser(user('u')), false)
    assert.equal(tell(withMails(11)).ladder.isVoidUser(user('u')), true)
  })

  test('events of a void user fall to the mail, then to the cookie', () => {
    const world = tell([...withMails(11), { u: 'u', a: 'c' }, { a: 'c' }])
    assert.deepEqual(leadsOf(world).slice(-2), [anon('c'), anon('c')])
    assert.equal(leadsOf(world)[0], mail('p0@firm0.io'))
  })

  test('with nothing to fall to they are a quarantined lead of their own', () => {
    const world = tell([...withMails(11), { u: 'u' }])
    assert.deepEqual([...world.leads.values()].at(-1), { lead: user('u'), quarantined: true })
  })

  const contested = (count: number): readonly Told[] =>
    many(count, (i) => ({ u: 'u', m: `p${i}@firm.io` })).flatMap((one, i) => [
      one,
      { ...one, u: `other${i}` },
    ])

  test('two mails that others claim too are a user, three are nobody', () => {
    assert.equal(tell(contested(2)).ladder.isVoidUser(user('u')), false)
    assert.equal(tell(contested(3)).ladder.isVoidUser(user('u')), true)
  })

  const onSharedCookies = (count: number, others: number): readonly Told[] =>
    many(count, (i) => ({ a: `c${i}`, u: 'admin' })).flatMap((one, i) => [
      one,
      ...many(others, (k) => ({ a: `c${i}`, u: `person${i}-${k}` })),
    ])

  test('without a mail, more than twenty cookies shared by two or three users make a user void', () => {
    assert.equal(tell(onSharedCookies(20, 1)).ladder.isVoidUser(user('admin')), false)
    assert.equal(tell(onSharedCookies(21, 1)).ladder.isVoidUser(user('admin')), true)
    assert.equal(tell(onSharedCookies(21, 2)).ladder.isVoidUser(user('admin')), true)
  })

  test('kiosks do not count, nor does anything against a user with a mailbox of his own', () => {
    assert.equal(tell(onSharedCookies(21, 3)).ladder.isVoidUser(user('admin')), false)
    const withMail = [
      ...onSharedCookies(21, 1),
      { u: 'admin', m: 'admin@acme.io', type: 'identify' as const },
    ]
    assert.equal(tell(withMail).ladder.isVoidUser(user('admin')), false)
  })

  test('what an alias replaces is no machine unless an event came from it', () => {
    const replaced = many(21, (i) => ({ type: 'alias', u: 'admin', previous: `old${i}` })).flatMap((one) => [
      one,
      { ...one, u: 'other' },
    ])
    assert.equal(tell([{ u: 'admin' }, ...replaced]).ladder.isVoidUser(user('admin')), false)
    const seen = many(21, (i) => ({ a: `old${i}` }))
    assert.equal(tell([{ u: 'admin' }, ...replaced, ...seen]).ladder.isVoidUser(user('admin')), true)
  })

  test('a machine that a void user touched belongs to the one other user of it', () => {
    const world = tell([...onSharedCookies(21, 1), { a: 'c0' }])
    assert.equal(leadsOf(world).at(-1), user('person0-0'))
  })
})

describe('R2: void mails', () => {
  test('eleven users make a mail void, ten only contested', () => {
    const claimed = (count: number): readonly Told[] => many(count, (i) => ({ u: `u${i}`, m: 'all@acme.io' }))
    assert.equal(tell(claimed(10)).ladder.isVoidMail(mail('all@acme.io')), false)
    assert.equal(tell(claimed(11)).ladder.isVoidMail(mail('all@acme.io')), true)
  })

  test('without a user, more than 25 cookies make it void, and its events stay with them', () => {
    const typed = (count: number): readonly Told[] => many(count, (i) => ({ a: `c${i}`, m: 'all@acme.io' }))
    assert.equal(tell(typed(25)).ladder.isVoidMail(mail('all@acme.io')), false)
    const world = tell(typed(26))
    assert.equal(world.ladder.isVoidMail(mail('all@acme.io')), true)
    assert.equal(leadsOf(world)[3], anon('c3'))
  })

  test('one user makes any number of cookies harmless', () => {
    const world = tell([
      ...many(30, (i) => ({ a: `c${i}`, m: 'ann@acme.io' })),
      { u: 'ann', m: 'ann@acme.io' },
    ])
    assert.equal(world.ladder.leadOfMail(mail('ann@acme.io')), user('ann'))
  })
})

describe('R3: accounts', () => {
  const alias = (u: string, previous: string, trust: 'public' | 'secret' = 'secret'): Told => ({
    type: 'alias',
    u,
    previous,
    trust,
  })

  test('a trusted alias joins two users under the one seen first', () => {
    const world = tell([{ u: 'old' }, { u: 'new' }, alias('new', 'old'), { u: 'new' }])
    assert.deepEqual(new Set(leadsOf(world)), new Set([user('old')]))
  })

  test('an alias from a browser never joins users', () => {
    const world = tell([{ u: 'old' }, { u: 'new' }, alias('new', 'old', 'public')])
    assert.equal(world.ladder.leadOfUser(user('new')), user('new'))
  })

  test('an alias of an identifier that was never seen as a user does nothing', () => {
    const world = tell([{ u: 'new' }, alias('new', 'old')])
    assert.equal(world.ladder.leadOfUser(user('old')), user('old'))
  })

  test('an alias of a known cookie claims that cookie', () => {
    const world = tell([{ a: 'c' }, alias('u', 'c', 'public')])
    assert.deepEqual(leadsOf(world), [user('u'), user('u')])
  })

  test('a join by an operator needs neither trust nor that a user was seen, but both must not be void', () => {
    const join = (lo: string, hi: string): Fact => ({
      kind: 'join',
      loKind: 'user',
      lo: user(lo),
      hiKind: 'user',
      hi: user(hi),
      via: NO_NODE,
      firstMs: 0,
      lastMs: 0,
      trust: TRUST.operator,
      witness: 'operator',
    })
    const { facts } = toFactSet(
      Array.from({ length: 11 }, (_, i) => toNormalEvent({ id: `e${i}`, at: i, u: 'void', m: `p${i}@b.io` })),
    )
    const joins = [join('ann', 'bob'), join('void', 'bob')]
    const source = indexFacts({ facts: [...facts, ...joins], firstSeenMs: new Map([[user('bob'), 5]]) })
    const ladder = createLadder(source, toWorkspaceSettings().identity)
    assert.equal(ladder.leadOfUser(user('ann')), user('bob'))
    assert.deepEqual(ladder.accountOf(user('bob')).users, [user('bob'), user('ann')])
    assert.equal(ladder.leadOfUser(user('void')), undefined)
  })

  test('an account holds ten users; later aliases are refused', () => {
    const chain = many(12, (i) => ({ u: `u${i}` }))
    const world = tell([...chain, ...many(11, (i) => alias(`u${i + 1}`, `u${i}`))])
    assert.equal(world.ladder.accountOf(user('u0')).users.length, 10)
    assert.equal(world.ladder.leadOfUser(user('u9')), user('u0'))
    assert.equal(world.ladder.leadOfUser(user('u11')), user('u10'))
  })
})

describe('R4: homes of mails', () => {
  test('a mail that nobody claims is a lead', () => {
    assert.deepEqual(leadsOf(tell([{ m: 'ann@acme.io', a: 'c' }, { a: 'c' }])), [
      mail('ann@acme.io'),
      mail('ann@acme.io'),
    ])
  })

  test('claimed by one user it is at home with him, earlier events too', () => {
    const world = tell([
      { m: 'ann@acme.io', a: 'c' },
      { u: 'ann', m: 'Ann@ACME.io' },
    ])
    assert.deepEqual(leadsOf(world), [user('ann'), user('ann')])
  })

  test('claimed by two it stays with itself', () => {
    const world = tell([
      { u: 'ann', m: 'home@acme.io' },
      { u: 'bob', m: 'home@acme.io' },
    ])
    assert.equal(world.ladder.leadOfMail(mail('home@acme.io')), mail('home@acme.io'))
    assert.deepEqual(leadsOf(world), [user('ann'), user('bob')])
  })

  test('unless one has less than half as many mails as the other', () => {
    const of = (u: string, count: number): readonly Told[] =>
      many(count, (i) => ({ u, m: `${u}${i}@acme.io` }))
    const both: readonly Told[] = [
      { u: 'ann', m: 'x@acme.io' },
      { u: 'agency', m: 'x@acme.io' },
    ]
    const home = (mails: number) =>
      tell([...both, ...of('agency', mails)]).ladder.leadOfMail(mail('x@acme.io'))
    assert.equal(home(1), mail('x@acme.io'))
    assert.equal(home(2), user('ann'))
  })
})

describe('R5 to R7: cookies', () => {
  test('one owner owns all unsigned events on a cookie, earlier and later', () => {
    assert.deepEqual(
      leadsOf(tell([{ a: 'c' }, { a: 'c', u: 'ann' }, { a: 'c' }])),
      Array(3).fill(user('ann')),
    )
  })

  test('a void owner is none', () => {
    const world = tell([
      { a: 'c', u: 'ann' },
      { a: 'c', u: 'bob' },
      ...many(11, (i) => ({ u: 'bob', m: `b${i}@b.io` })),
      { a: 'c' },
    ])
    assert.equal(leadsOf(world).at(-1), user('ann'))
  })

  const shared: readonly Told[] = [
    { at: 0, a: 'c' },
    { at: 100, a: 'c', u: 'ann' },
    { at: 110, a: 'c' },
    { at: 200, a: 'c' },
    { at: 300, a: 'c' },
    { at: 310, a: 'c', u: 'bob' },
    { at: 400, a: 'c' },
    { at: 500, a: 'c', u: 'ann' },
    { at: 510, a: 'c', u: 'bob' },
    { at: 520, a: 'c' },
  ]

  test('on a shared cookie the visit decides, then who was first, else nobody', () => {
    assert.deepEqual(leadsOf(tell(shared)), [
      user('ann'),
      user('ann'),
      user('ann'),
      user('ann'),
      user('bob'),
      user('bob'),
      anon('c'),
      user('ann'),
      user('bob'),
      anon('c'),
    ])
  })

  test('signed events stay with their user whatever happened on the machine', () => {
    const world = tell([...many(40, (i) => ({ a: 'kiosk', u: `u${i}` })), { a: 'kiosk' }])
    assert.deepEqual(
      leadsOf(world).slice(0, 40),
      many(40, (i) => ({ u: user(`u${i}`) })).map(({ u }) => u),
    )
    assert.equal(leadsOf(world)[40], anon('kiosk'))
  })

  test('a visit of staff as the customer says nothing about the machine', () => {
    const world = tell([{ a: 'c', u: 'staff' }, { a: 'c', u: 'customer', impersonated: true }, { a: 'c' }])
    assert.deepEqual(leadsOf(world), [user('staff'), user('customer'), user('staff')])
  })

  test('colleagues registered in one browser stay three leads', () => {
    const world = tell(many(3, (i) => ({ a: 'c', m: `p${i}@acme.io`, type: 'identify' })))
    assert.equal(new Set(leadsOf(world)).size, 3)
  })
})

test('R8: an event without any identifier is a lead of its own, and so is each other', () => {
  const world = tell([
    { u: 'null', a: 'undefined' },
    { u: 'null', a: 'undefined' },
  ])
  assert.equal(new Set(leadsOf(world)).size, 2)
})
