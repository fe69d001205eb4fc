import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { createRandom, shuffle } from '../../test-support/random-world.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toSettings } from '../../test-support/settings.ts'
import { toEnvelope, type Happening } from '../../test-support/world.ts'
import { findDifferences } from '../full-check/find-differences.ts'
import { readMailLists } from '../profile/mail-domains.ts'
import { buildWorkspaces } from '../workspaces.ts'

const RULES = {
  qualification: {
    rules: [
      { name: 'known', where: [{ field: 'lead.email', is: 'present' }], stage: 'known' },
      {
        name: 'hot',
        on: { event: 'Signed Up' },
        where: [{ events: { page: '/pricing' }, atLeast: 1, withinDays: 7 }],
        stage: 'hot',
      },
    ],
  },
}
const WAYS = 3
const DAY = 24 * 60

interface Visit extends Pick<Happening, 'a'> {
  readonly path: string
  readonly referrer?: string
}

const visit = (id: string, at: number, { a, path, referrer = '' }: Visit): Happening => ({
  id,
  at,
  a,
  type: 'page',
  fields: { properties: { url: `https://shop.example${path}`, referrer } },
})
const signup = (id: string, at: number, who: Pick<Happening, 'a' | 'u'>): Happening => ({
  id,
  at,
  ...who,
  fields: { event: 'Signed Up' },
})
const identify = (id: string, at: number, who: Pick<Happening, 'a' | 'u' | 'm'>): Happening => ({
  id,
  at,
  ...who,
  type: 'identify',
})

/** Ann on two devices, Bob of her company, and somebody unknown. Days lie before the day on which they are received. */
const WORLD: readonly Happening[] = [
  visit('a1', -3 * DAY, { a: 'laptop', path: '/', referrer: 'https://www.google.com/' }),
  visit('a2', -2 * DAY, { a: 'laptop', path: '/pricing?utm_source=news&utm_medium=email' }),
  signup('a3', -2 * DAY + 5, { a: 'laptop' }),
  identify('a4', -2 * DAY + 6, { a: 'laptop', u: 'ann', m: 'ann@acme.example' }),
  visit('a5', -1 * DAY, { a: 'phone', path: '/pricing?gclid=1' }),
  signup('a6', -1 * DAY + 1, { a: 'phone' }),
  identify('a7', -1 * DAY + 2, { a: 'phone', u: 'ann' }),
  visit('b1', -4 * DAY, { a: 'bob-pc', path: '/', referrer: 'https://chatgpt.com/' }),
  identify('b2', -4 * DAY + 1, { a: 'bob-pc', u: 'bob', m: 'bob@acme.example' }),
  visit('c1', 0, { a: 'stranger', path: '/pricing' }),
  signup('c2', 1, { a: 'stranger' }),
]

describe('where leads came from, what they met and what they score', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(WAYS, {}, RULES)
    await lab.start()
    await feed(1, [WORLD])
    await feed(2, [WORLD.slice(4, 6), WORLD.toReversed()])
    const random = createRandom(7)
    await feed(3, [shuffle(random, WORLD).slice(0, 6), shuffle(random, [...WORLD, ...WORLD])])
  })
  after(async () => await lab.close())

  async function feed(workspace: number, portions: readonly (readonly Happening[])[]): Promise<void> {
    for (const portion of portions) {
      await lab.send(portion.map((happening) => toEnvelope(workspace, happening)))
      await lab.settle()
    }
  }

  const query = async (sql: string, ws = 1): Promise<readonly Record<string, unknown>[]> =>
    await lab.warehouse.query(sql, { row: z.record(z.string(), z.unknown()), params: { ws } })

  test('are told of leads', async () => {
    const leads =
      await query(`SELECT primary_email, stage, toString(stage_at) AS stage_at, first_source, last_source,
      JSONExtractString(lead_touch, 'source') AS lead_source, score, score_parts
      FROM leads WHERE ws = {ws:UInt32} AND identified = 1 ORDER BY primary_email`)
    const [ann, bob] = leads
    assert.deepEqual(
      [ann?.['stage'], ann?.['stage_at'], ann?.['first_source'], ann?.['last_source'], ann?.['lead_source']],
      ['hot', '2026-10-31 12:05:00.000', 'google', 'google', 'news'],
    )
    assert.deepEqual([bob?.['stage'], bob?.['first_source'], bob?.['score']], ['known', 'chatgpt', 1])
    const parts: unknown = JSON.parse(String(ann?.['score_parts']))
    assert.deepEqual(parts, {
      'page views': { count: 3, points: 2.857 },
      events: { count: 2, points: 5.855 },
    })
  })

  test('are told of their company', async () => {
    const [company] = await query(`SELECT JSONExtractString(first_touch, 'source') AS first,
      JSONExtractString(last_touch, 'channel') AS last, JSONExtractString(lead_touch, 'source') AS lead, score
      FROM companies WHERE ws = {ws:UInt32}`)
    assert.deepEqual(company, { first: 'chatgpt', last: 'paid_search', lead: 'chatgpt', score: 9.575 })
  })

  test('are told for this moment: scores after decay, who is online', async () => {
    const [now] =
      await query(`SELECT countIf(n.score <= l.score) AS lower, count() AS all, countIf(n.online) AS online
      FROM leads_now AS n INNER JOIN leads AS l ON l.ws = n.ws AND l.lead_id = n.lead_id WHERE n.ws = {ws:UInt32}`)
    assert.deepEqual(now, { lower: '3', all: '3', online: '0' })
  })

  test('are the same however events arrive, and again from nothing', async () => {
    const rows = await lab.rows(1)
    assert.equal(rows['qualifications']?.length, 4)
    for (let ws = 1; ws <= WAYS; ws++) {
      assert.deepEqual(await lab.rows(ws), rows, `way ${ws}`)
      const workspace = buildWorkspaces(toSettings(WAYS, {}, RULES).workspaces, readMailLists()).get(ws)
      assert.ok(workspace)
      assert.deepEqual((await findDifferences(lab.warehouse, workspace)).rows, {}, `way ${ws}`)
    }
  })

  test('each rule fired once for each person, and once more for a device that met it before it joined', async () => {
    const firings = (ws: number) =>
      query(
        'SELECT rule, message_id FROM rule_firings FINAL WHERE ws = {ws:UInt32} ORDER BY rule, message_id',
        ws,
      )
    const once = [
      { rule: 'hot', message_id: 'a3' },
      { rule: 'hot', message_id: 'c2' },
      { rule: 'known', message_id: 'a4' },
      { rule: 'known', message_id: 'b2' },
    ]
    assert.deepEqual(await firings(1), once)
    assert.deepEqual(await firings(2), [{ rule: 'hot', message_id: 'a6' }, ...once.slice(1)])
    const before = await firings(3)
    await feed(3, [
      WORLD,
      [
        visit('late', -5 * DAY, { a: 'laptop', path: '/pricing' }),
        signup('later', -5 * DAY + 1, { a: 'laptop' }),
      ],
    ])
    assert.deepEqual(await firings(3), before)
    const [moved] = await query(
      "SELECT message_id FROM qualifications WHERE ws = {ws:UInt32} AND rule = 'hot' ORDER BY at",
      3,
    )
    assert.deepEqual(moved, { message_id: 'later' })
    assert.deepEqual(lab.complaints, [])
  })
})
