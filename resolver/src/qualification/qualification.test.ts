import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { settingsSchema, type QualificationRule } from '@leadline/contract'
import * as fc from 'fast-check'
import { toWorkspaceSettings } from '../../test-support/settings.ts'
import { splitSessions } from '../sessions/split-sessions.ts'
import { findNewEntries, type Firing } from './find-firings.ts'
import { isFieldMet, readField } from './field-test.ts'
import { createEventTest } from './match-event.ts'
import { findStage, qualify, type RuleEvent } from './qualify.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2026, 10, 2)
const { score: scoring, qualification: byDefault } = toWorkspaceSettings()

const rulesOf = (...rules: readonly Record<string, unknown>[]): readonly QualificationRule[] => {
  const { workspaces } = settingsSchema.parse({
    workspaces: [
      {
        identityKey: 'an identity key of tests',
        writeKeys: [{ name: 'site', key: 'public-key-of-tests' }],
        qualification: { rules: rules.map((rule, i) => ({ name: `r${i}`, ...rule })) },
      },
    ],
    stream: { kind: 'embedded', directory: 'unused' },
    warehouse: {
      kind: 'embedded',
      directory: 'x',
      url: 'http://127.0.0.1:1',
      password: 'p',
      readerPassword: 'p',
    },
  })
  return workspaces[0]?.qualification.rules ?? []
}

const at = (hours: number, more: Partial<RuleEvent> = {}): RuleEvent => ({
  messageId: `m${hours}`,
  node: 'cookie',
  impersonated: false,
  timeMs: START + hours * HOUR,
  type: 'track',
  event: 'Clicked',
  name: '',
  url: '',
  title: '',
  referrer: '',
  userAgent: '',
  country: '',
  campaign: {},
  ...more,
})
const page = (hours: number, path: string): RuleEvent =>
  at(hours, { type: 'page', event: '', url: `https://acme.test${path}` })
const signup = (hours: number): RuleEvent => at(hours, { event: 'Signed Up' })

const NOBODY = { lead: { email: '', traits: {} }, company: { domain: '' } }
const ANN = {
  lead: { email: 'ann@acme.test', role: false, traits: { plan: 'Team', seats: 12 } },
  company: { domain: 'acme.test' },
}
const judge = (
  events: readonly RuleEvent[],
  rules: readonly QualificationRule[],
  { fields = ANN, knownMs = START }: { fields?: typeof NOBODY; knownMs?: number | undefined } = {},
) =>
  qualify(
    {
      events,
      sessions: splitSessions(events, HOUR / 2).map((own) => ({ events: own, fields: { channel: 'ai' } })),
      fields,
      knownMs,
    },
    rules,
    scoring,
  )
const met = (...given: Parameters<typeof judge>): readonly string[] =>
  judge(...given).entries.map(({ messageId }) => messageId)

describe('a rule', () => {
  test('by default is a mail, from the event on that said who it is', () => {
    assert.deepEqual(met([at(1), at(2), at(3)], byDefault.rules, { knownMs: START + 2 * HOUR }), ['m2'])
    assert.deepEqual(met([at(1)], byDefault.rules, { fields: NOBODY }), [])
  })

  test('is met with the first event at which all of its conditions hold, and tells their values', () => {
    const rules = rulesOf({
      on: { event: 'Signed Up' },
      where: [
        { events: { page: '/pricing*' }, atLeast: 2, withinDays: 14 },
        { field: 'company.domain', is: 'present' },
        { field: 'session.channel', is: 'equals', value: 'AI' },
      ],
      stage: 'hot',
    })
    const events = [
      page(0, '/pricing'),
      signup(1),
      page(2, '/pricing/team'),
      page(3, '/docs'),
      signup(4),
      signup(5),
    ]
    const { entries } = judge(events, rules)
    assert.deepEqual(entries, [
      {
        rule: 'r0',
        stage: 'hot',
        messageId: 'm4',
        node: 'cookie',
        atMs: START + 4 * HOUR,
        facts: { 'events /pricing* in 14 days': 2, 'company.domain': 'acme.test', 'session.channel': 'ai' },
      },
    ])
  })

  test('on a company holds once it is known which it is, and keeps no value that others change', () => {
    const rules = rulesOf({
      where: [
        { field: 'company.leads', is: 'greaterThan', value: 2 },
        { field: 'company.traits.plan', is: 'absent' },
      ],
    })
    const fields = { ...ANN, company: { domain: 'acme.test', leads: 3, traits: {} } }
    const subject = { events: [at(1)], sessions: [], fields, knownMs: START }
    assert.deepEqual(qualify({ ...subject, isCompanyPending: true }, rules, scoring).entries, [])
    assert.deepEqual(
      qualify(subject, rules, scoring).entries.map(({ facts }) => facts),
      [{ 'company.leads': 'greaterThan 2', 'company.traits.plan': 'absent' }],
    )
  })

  test('counts in a window whose beginning is out of it', () => {
    const rules = rulesOf({ where: [{ events: { event: 'Clicked' }, atLeast: 2, withinDays: 1 }] })
    assert.deepEqual(met([at(0), at(24)], rules), [])
    assert.deepEqual(met([at(0), at(23.9)], rules), ['m23.9'])
  })

  test('may ask for what did not happen, for sessions and for the score', () => {
    const none = rulesOf({
      on: { event: 'Signed Up' },
      where: [{ events: { page: '/careers*' }, atMost: 0 }],
    })
    assert.deepEqual(met([signup(0)], none), ['m0'])
    assert.deepEqual(met([page(-1, '/careers/x'), signup(0)], none), [])
    const third = rulesOf({ where: [{ sessions: { atLeast: 3, withinDays: 30 } }] })
    assert.deepEqual(met([at(0), at(0.1), at(5), at(9), at(9.1)], third), ['m9'])
    const score = rulesOf({ where: [{ score: { atLeast: 7 } }] })
    assert.deepEqual(met([at(0), at(1), at(2), at(3)], score), ['m2'])
  })

  test('is met again only after its time', () => {
    const rules = rulesOf({ on: { event: 'Signed Up' }, againAfterDays: 1 })
    assert.deepEqual(met([signup(0), signup(23), signup(24), signup(47), signup(50)], rules), [
      'm0',
      'm24',
      'm50',
    ])
    assert.deepEqual(met([signup(0), signup(24)], rulesOf({ on: { event: 'Signed Up' } })), ['m0'])
  })

  test('staff in the place of a customer count for nothing', () => {
    const rules = rulesOf({ where: [{ events: { event: 'Clicked' }, atLeast: 2 }] })
    assert.deepEqual(met([at(0), at(1, { impersonated: true }), at(2, { impersonated: true })], rules), [])
    const clicked = rulesOf({ on: { event: 'Clicked' } })
    assert.deepEqual(met([at(0, { impersonated: true }), at(1)], clicked), ['m1'])
  })

  test('the stage is that of the last rule in the list that was met', () => {
    const rules = rulesOf({ stage: 'known' }, { on: { event: 'Signed Up' }, stage: 'hot' })
    const events = [at(0), signup(1), signup(2)]
    assert.deepEqual(findStage(judge(events, rules).entries, rules), { stage: 'hot', atMs: START + HOUR })
    assert.deepEqual(findStage(judge([at(0)], rules).entries, rules), { stage: 'known', atMs: START })
    assert.equal(findStage([], rules), undefined)
  })
})

describe('fields', () => {
  const cases: readonly (readonly [string, string, unknown, boolean])[] = [
    ['lead.traits.plan', 'equals', 'team', true],
    ['lead.traits.plan', 'differs', 'team', false],
    ['lead.traits.none', 'absent', undefined, true],
    ['lead.traits.none', 'differs', 'x', true],
    ['lead.email', 'contains', '@ACME', true],
    ['lead.email', 'startsWith', 'bob', false],
    ['lead.traits.plan', 'oneOf', ['Free', 'Team'], true],
    ['lead.traits.seats', 'greaterThan', 11, true],
    ['lead.traits.seats', 'lessThan', 12, false],
    ['lead.traits.none', 'lessThan', 12, false],
    ['lead.role', 'equals', false, true],
    ['lead.traits.constructor.name', 'present', undefined, false],
  ]
  for (const [field, is, value, expected] of cases) {
    test(`${field} ${is} ${JSON.stringify(value) ?? ''}`, () => {
      const [rule] = rulesOf({ where: [{ field, is, ...(value === undefined ? {} : { value }) }] })
      const [condition] = rule?.where ?? []
      assert.ok(condition && 'field' in condition)
      assert.equal(isFieldMet(condition, readField(ANN, field)), expected)
    })
  }
})

describe('page patterns', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['/pricing', '/pricing', true],
    ['/pricing', '/pricing?plan=team', true],
    ['/pricing', '/pricing/team', false],
    ['/pricing*', '/pricing/team', true],
    ['*/team', '/pricing/team', true],
    ['/a*b*c', '/a1b2c', true],
    ['/a*b*c', '/ac', false],
    ['/aa*aa', '/aaa', false],
    ['https://acme.test/*', '/x', true],
    ['https://other.test/*', '/x', false],
    ['/p.icing', '/pricing', false],
  ]
  for (const [pattern, path, expected] of cases)
    test(`${pattern} and ${path}`, () =>
      assert.equal(createEventTest({ page: pattern })(page(0, path)), expected))
})

describe('firings', () => {
  const rules = rulesOf({ on: { event: 'Signed Up' } }, { on: { event: 'Clicked' }, againAfterDays: 2 })
  /** As the reconciler does it: what is new is recorded. */
  const fire = (events: readonly RuleEvent[], fired: Firing[]): number => {
    const fresh = findNewEntries(judge(events, rules).entries, { events, fired, rules })
    fired.push(...fresh)
    return fresh.length
  }

  test('replay and late events do not fire again', () => {
    const fired: Firing[] = []
    assert.equal(fire([signup(5)], fired), 1)
    assert.equal(fire([signup(5)], fired), 0)
    assert.equal(fire([signup(5), signup(1)], fired), 0)
    assert.equal(fire([signup(5), signup(1), at(0)], fired), 1)
    assert.equal(fire([signup(5), signup(1), at(0), at(-24)], fired), 0)
    assert.equal(fire([signup(5), signup(1), at(0), at(-24), at(49)], fired), 1)
  })

  test('a lead that joins another brings its firings; a split leaves them with the event', () => {
    const fired: Firing[] = []
    const [ann, bob] = [signup(1), { ...signup(2), node: 'bob' }]
    assert.equal(fire([bob], fired), 1)
    assert.equal(fire([ann, bob], fired), 0)
    assert.equal(fire([bob], fired), 0)
    assert.equal(fire([ann], fired), 1)
  })

  test('what a late event disqualifies stays fired, and fires no more when it is met again', () => {
    const strict = rulesOf({
      on: { event: 'Signed Up' },
      where: [{ events: { page: '/careers' }, atMost: 0 }],
    })
    const entries = (events: readonly RuleEvent[]) => judge(events, strict).entries
    const fired: Firing[] = [...entries([signup(1)])]
    assert.equal(fired.length, 1)
    assert.deepEqual(entries([signup(1), page(0, '/careers')]), [])
    const events = [signup(1), signup(2)]
    assert.deepEqual(findNewEntries(entries(events), { events, fired, rules: strict }), [])
  })

  const arrival = fc.uniqueArray(
    fc.record({ hours: fc.integer({ min: 0, max: 300 }), isSignup: fc.boolean() }),
    { minLength: 1, maxLength: 8, selector: ({ hours }) => hours },
  )

  test('however events arrive, each rule fires once in all, and once within its time', () => {
    fc.assert(
      fc.property(arrival, fc.array(fc.nat({ max: 8 }), { maxLength: 4 }), (given, cuts) => {
        const events = given.map(({ hours, isSignup }) => (isSignup ? signup(hours) : at(hours)))
        const fired: Firing[] = []
        for (const cut of [...cuts.toSorted((a, b) => a - b), events.length, events.length]) {
          fire(events.slice(0, cut), fired)
        }
        const once = fired.filter(({ rule }) => rule === 'r0')
        assert.equal(once.length, events.some(({ event }) => event === 'Signed Up') ? 1 : 0)
        const again = fired
          .filter(({ rule }) => rule === 'r1')
          .map(({ atMs }) => atMs)
          .toSorted((a, b) => a - b)
        for (const [i, ms] of again.entries()) assert.ok(i === 0 || ms - (again[i - 1] ?? 0) >= 2 * DAY)
      }),
    )
  })
})

describe('qualification and score', () => {
  const rules = rulesOf(
    { on: { event: 'Signed Up' }, where: [{ events: { event: 'Clicked' }, atLeast: 2, withinDays: 3 }] },
    { where: [{ score: { atLeast: 8 } }], againAfterDays: 2 },
    { where: [{ sessions: { atLeast: 2, atMost: 3 } }] },
  )
  const event = fc
    .record({ hours: fc.integer({ min: 0, max: 200 }), kind: fc.constantFrom('click', 'signup', 'page') })
    .map(({ hours, kind }) =>
      kind === 'click' ? at(hours) : kind === 'signup' ? signup(hours) : page(hours, '/'),
    )
  const worlds = fc.uniqueArray(event, { maxLength: 14, selector: ({ messageId }) => messageId })

  test('are the same in any order and however often events are repeated', () => {
    fc.assert(
      fc.property(worlds, fc.infiniteStream(fc.nat()), (events, random) => {
        const mixed = [...events, ...events, ...events.slice(0, 3)]
          .map((one) => ({ one, rank: random.next().value }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ one }) => one)
        assert.deepEqual(judge(mixed, rules), judge(events, rules))
      }),
      { numRuns: 200 },
    )
  })

  test('are the same in all orders of five events', () => {
    const events = [at(0), at(1), signup(2), page(30, '/'), signup(60)]
    const expected = judge(events, rules)
    assert.equal(expected.entries.length, 4)
    const orders = (left: readonly RuleEvent[]): readonly (readonly RuleEvent[])[] =>
      left.length === 0
        ? [[]]
        : left.flatMap((one) => orders(left.filter((other) => other !== one)).map((rest) => [one, ...rest]))
    for (const order of orders(events)) assert.deepEqual(judge(order, rules), expected)
  })

  test('agree with the naive way: everything anew at each event', () => {
    fc.assert(
      fc.property(worlds, (events) => {
        const ordered = events.toSorted((a, b) => a.timeMs - b.timeMs || (a.messageId < b.messageId ? -1 : 1))
        const points = (upTo: RuleEvent): number =>
          ordered
            .filter(({ timeMs }) => timeMs <= upTo.timeMs)
            .slice(0, ordered.indexOf(upTo) + 1)
            .reduce(
              (sum, one) =>
                sum + (one.type === 'page' ? 1 : 3) * 2 ** (-(upTo.timeMs - one.timeMs) / (14 * DAY)),
              0,
            )
        const first = ordered.find(
          (one, i) =>
            one.event === 'Signed Up' &&
            ordered
              .slice(0, i + 1)
              .filter(({ event: name, timeMs }) => name === 'Clicked' && one.timeMs - timeMs < 3 * DAY)
              .length >= 2,
        )
        const { entries, score } = judge(events, rules)
        assert.equal(entries.find(({ rule }) => rule === 'r0')?.messageId, first?.messageId)
        const last = ordered.at(-1)
        if (!last) return assert.equal(score, undefined)
        assert.ok(score && Math.abs(score.value - points(last)) < 0.001)
        assert.equal(
          Object.values(score.parts).reduce((sum, { count }) => sum + count, 0),
          events.length,
        )
      }),
      { numRuns: 200 },
    )
  })
})
