import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { Envelope } from '@leadline/contract'
import { z } from 'zod'
import { createOperator } from '../../test-support/operator.ts'
import { createRandom, shuffle } from '../../test-support/random-world.ts'
import { openReceiver, type Received, type Receiver } from '../../test-support/receiver.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toSettings } from '../../test-support/settings.ts'
import { NOON_MS, toEnvelope, type Happening } from '../../test-support/world.ts'
import { findDifferences, requestRepair } from '../full-check/find-differences.ts'
import { readMailLists } from '../profile/mail-domains.ts'
import { buildWorkspaces } from '../workspaces.ts'
import { leadMessageSchema } from './lead-message.ts'

const SECRET = `whsec_${Buffer.from('a secret of the tests, long enough').toString('base64')}`
const YEARS = 30 * 365 * 24 * 60

const rulesFor = (url: string) => ({
  qualification: {
    // The worlds play at a fixed time; what is too old for it lies further back.
    actions: { allowPrivateNetworks: true, maxAgeHours: 87_600 },
    rules: [
      {
        name: 'known',
        where: [{ field: 'lead.email', is: 'present' }],
        stage: 'known',
        actions: [
          { webhook: { url: `${url}/known`, secret: SECRET, headers: { 'x-team': 'growth' } } },
          { slack: { url: `${url}/slack`, text: '{{lead.name}} ({{stage}})' } },
          { assignOwner: { roundRobin: ['amy@sales.example', 'bo@sales.example'] } },
        ],
      },
      {
        name: 'big',
        where: [
          { field: 'company.leads', is: 'greaterThan', value: 2 },
          { field: 'company.traits.plan', is: 'equals', value: 'Team' },
        ],
        stage: 'big',
        actions: [{ webhook: { name: 'big', url: `${url}/big`, secret: SECRET } }],
      },
    ],
  },
})

const identify = (name: string, at: number, more: Partial<Happening> = {}): Happening => ({
  id: `i-${name}`,
  at,
  type: 'identify',
  a: `${name}-pc`,
  u: name,
  m: `${name}@acme.example`,
  ...more,
})
const group = (at: number, u: string): Happening => ({
  id: `g-${u}`,
  at,
  type: 'group',
  u,
  traits: { plan: 'Team', name: 'Acme' },
  fields: { groupId: 'acme' },
})

/** Three people of one company, the last of whom came back under another cookie before anybody knew him. */
const WORLD: readonly Happening[] = [
  { id: 'p1', at: -9, type: 'page', a: 'ann-pc' },
  identify('ann', -8, { traits: { name: 'Ann <!here>' } }),
  identify('bob', -7),
  identify('cid', -6),
  group(-5, 'ann'),
  group(-4, 'bob'),
  group(-3, 'cid'),
  { id: 'p2', at: -2, type: 'page', a: 'cid-phone' },
  identify('cid', -1, { id: 'i-cid2', a: 'cid-phone' }),
]

describe('what rules do', () => {
  let receiver: Receiver
  let lab: ResolverLab
  before(async () => {
    receiver = await openReceiver()
    lab = await openLab(3, {}, rulesFor(receiver.url))
    await lab.start()
  })
  after(async () => {
    await lab.close()
    await receiver.close()
  })

  const feed = async (envelopes: readonly Envelope[]): Promise<void> => {
    await lab.send(envelopes)
    await lab.settle()
  }
  const feedWorld = (workspace: number, world = WORLD) =>
    feed(world.map((happening) => toEnvelope(workspace, happening)))
  const log = (workspace: number) =>
    lab.warehouse.query(
      `SELECT d.rule AS rule, d.action AS action, d.state AS state, d.error AS error, l.primary_email AS mail
       FROM action_deliveries AS d
       LEFT JOIN leads AS l ON l.ws = d.ws AND l.lead_id = d.lead_id
       WHERE d.ws = {ws:UInt32} ORDER BY d.rule, d.action, d.at`,
      { row: z.record(z.string(), z.string()), params: { ws: workspace } },
    )
  const owners = async (workspace: number): Promise<readonly unknown[]> =>
    (
      await lab.warehouse.query(
        `SELECT primary_email, assigned_owner FROM leads WHERE ws = {ws:UInt32} AND identified = 1
         ORDER BY primary_email`,
        {
          row: z.tuple([z.string(), z.string()]).or(z.record(z.string(), z.string())),
          params: { ws: workspace },
        },
      )
    ).map((row) => Object.values(row))

  /** Since the last question. */
  const takeReceived = (): readonly Received[] => {
    const all = receiver.received.slice(seen)
    seen = receiver.received.length
    return all
  }
  let seen = 0

  test('is done once for each lead: signed, escaped, and by turns', async () => {
    await feedWorld(1)
    const got = takeReceived()
    const known = got.filter(({ path }) => path === '/known')
    assert.deepEqual(
      known.map(({ body }) => leadMessageSchema.parse(JSON.parse(body)).data.lead.email).toSorted(),
      ['ann@acme.example', 'bob@acme.example', 'cid@acme.example'],
    )
    assert.equal(got.length, 9)
    assert.equal(new Set(got.map(({ headers }) => headers['webhook-id'] ?? '')).size, 7)
    for (const one of known) await assertSigned(one)
    assert.deepEqual(
      got.flatMap(({ path, body }) => (path === '/slack' && body.includes('Ann') ? [body] : [])),
      ['{"text":"Ann &lt;!here&gt; (known)"}'],
    )
    assert.deepEqual(await owners(1), [
      ['ann@acme.example', 'amy@sales.example'],
      ['bob@acme.example', 'bo@sales.example'],
      ['cid@acme.example', 'amy@sales.example'],
    ])
    const message = leadMessageSchema.parse(JSON.parse(known[0]?.body ?? ''))
    assert.equal(message.data.event.timestamp.slice(0, 10), new Date(NOON_MS).toISOString().slice(0, 10))
    assert.equal(known[0]?.headers['x-team'], 'growth')
  })

  test('a rule on the company fires for all who are in it once it is met, and tells of the company', async () => {
    const big = receiver.received.filter(({ path }) => path === '/big')
    const told = big.map(({ body }) => leadMessageSchema.parse(JSON.parse(body)).data)
    assert.deepEqual(told.map(({ lead }) => lead.email).toSorted(), [
      'ann@acme.example',
      'bob@acme.example',
      'cid@acme.example',
    ])
    for (const { company, rule } of told) {
      assert.deepEqual([company?.name, company?.leads, company?.traits['plan']], ['Acme', 3, 'Team'])
      assert.deepEqual(rule.facts, { 'company.leads': 'greaterThan 2', 'company.traits.plan': 'equals Team' })
    }
  })

  test('is not done again by a replay, a restart, a full comparison, a join or a split', async () => {
    await feedWorld(1, [...WORLD].toReversed())
    await lab.stop()
    await lab.start()
    await feedWorld(1, shuffle(createRandom(3), WORLD))
    const workspace = buildWorkspaces(
      toSettings(1, {}, rulesFor(receiver.url)).workspaces,
      readMailLists(),
    ).get(1)
    assert.ok(workspace)
    const found = await findDifferences(lab.warehouse, workspace)
    assert.deepEqual(found.rows, {})
    await requestRepair(lab.stream, 1, { nodes: [] })
    const operator = createOperator(lab, 1, NOON_MS)
    const joined = await operator.give({ action: 'join', a: 'user:ann', b: 'user:bob' })
    await operator.give({ action: 'undo', command: joined.id })
    assert.deepEqual(takeReceived(), [])
  })

  test('in any order of events: the same people, each once', async () => {
    const world = shuffle(createRandom(11), [...WORLD, ...WORLD])
    await feedWorld(2, world.slice(0, 9))
    await feedWorld(2, world.slice(9))
    const done = (await log(2))
      .filter(({ state }) => state === 'done')
      .map(({ rule, mail }) => `${rule} ${mail}`)
    for (const name of ['ann', 'bob', 'cid']) {
      assert.equal(done.filter((one) => one === `known ${name}@acme.example`).length, 3, name)
      assert.equal(done.filter((one) => one === `big ${name}@acme.example`).length, 1, name)
    }
    assert.equal(takeReceived().length, 9)
  })

  test('is skipped for what is old or was imported, and said so', async () => {
    const late = identify('ann', -YEARS)
    const history = { ...toEnvelope(3, identify('bob', -1)), dialect: 'import' as const }
    await feed([toEnvelope(3, late), history])
    assert.deepEqual(takeReceived(), [])
    assert.deepEqual(
      (await log(3)).map(({ action, state, error }) => `${action}: ${state} ${error}`).toSorted(),
      [
        'owner: skipped imported',
        'owner: skipped too_old',
        'slack 127.0.0.1: skipped imported',
        'slack 127.0.0.1: skipped too_old',
        'webhook 127.0.0.1: skipped imported',
        'webhook 127.0.0.1: skipped too_old',
      ],
    )
    assert.deepEqual(await owners(3), [
      ['ann@acme.example', ''],
      ['bob@acme.example', ''],
    ])
  })

  test('is forgotten with who is erased', async () => {
    await createOperator(lab, 2, NOON_MS).give({ action: 'erase', a: 'user:ann' })
    const left = (await log(2)).filter(({ rule }) => rule === 'known')
    assert.equal(left.length, 6)
    assert.deepEqual(takeReceived(), [])
    assert.deepEqual(lab.complaints, [])
  })
})

/** By WebCrypto, and by the words of the specification. */
async function assertSigned({ headers, body }: Received): Promise<void> {
  const key = await webcrypto.subtle.importKey(
    'raw',
    Buffer.from(SECRET.slice('whsec_'.length), 'base64'),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  )
  const [version = '', signature = ''] = String(headers['webhook-signature']).split(',')
  assert.equal(version, 'v1')
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  const isGenuine = await webcrypto.subtle.verify(
    'HMAC',
    key,
    Buffer.from(signature, 'base64'),
    new TextEncoder().encode(content),
  )
  assert.ok(isGenuine, 'the signature is not genuine')
}
