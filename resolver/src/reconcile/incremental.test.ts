import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toEnvelope, type Happening } from '../../test-support/world.ts'

const VISITOR: readonly Happening[] = Array.from({ length: 10 }, (_, i) => ({
  id: `visit-${i}`,
  at: i,
  type: 'page',
  a: 'late visitor',
}))
const LATE_IDENTIFY: Happening = {
  id: 'late',
  at: 20,
  type: 'identify',
  a: 'late visitor',
  u: 'u1',
  m: 'ann@acme.io',
}

const TABLES = [
  'events_raw',
  'event_leads',
  'identity_facts',
  'identity_facts_by_hi',
  'identity_nodes',
  'identity_assignments',
  'lead_nodes',
  'leads_raw',
  'sessions_raw',
] as const

/** What is stored of strangers: each tenth event is of another user with a cookie of his own. */
const STRANGERS: readonly string[] = [
  `INSERT INTO events_raw (ws, d, ts, received_at, message_id, type, anon_node, node_id, first_copy)
   SELECT {ws:UInt32}, toDate('2026-11-02'), toDateTime64('2026-11-02 12:00:00', 3, 'UTC') AS t, t,
     'm' || toString(number), 'track', cookie, cookie, 1 FROM strangers`,
  `INSERT INTO event_leads SELECT {ws:UInt32}, cookie, toDate('2026-11-02'), 'm' || toString(number), user, user, 1
   FROM strangers`,
  `INSERT INTO identity_facts SELECT {ws:UInt32}, 'claim', 'anon', cookie, 'user', user, toUUID('${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}'),
     toDateTime64('2026-11-02 12:00:00', 3, 'UTC') AS t, t, 1, 'm' FROM strangers`,
  `INSERT INTO identity_facts_by_hi SELECT * FROM identity_facts WHERE ws = {ws:UInt32}`,
  `INSERT INTO identity_nodes SELECT {ws:UInt32}, node, type, 'stranger', t, t FROM
     (SELECT arrayJoin([(cookie, 'anon'), (user, 'user')]) AS pair, pair.1 AS node, pair.2 AS type,
       toDateTime64('2026-11-02 12:00:00', 3, 'UTC') AS t FROM strangers)`,
  `INSERT INTO identity_assignments SELECT {ws:UInt32}, cookie, toDateTime64('2000-01-01 00:00:00', 3, 'UTC'),
     toDateTime64('2299-12-31 00:00:00', 3, 'UTC'), user, 'R5', 1, 0 FROM strangers`,
  `INSERT INTO lead_nodes SELECT {ws:UInt32}, user, cookie, 1, 0 FROM strangers`,
  `INSERT INTO leads_raw (ws, lead_id, contact_id, version) SELECT {ws:UInt32}, user, user, 1 FROM strangers`,
  `INSERT INTO sessions_raw (ws, lead_id, session_id, version) SELECT {ws:UInt32}, user, user, 1 FROM strangers`,
]

const withStrangers = (sql: string): string =>
  sql.replace(
    /\bstrangers\b/,
    `(SELECT number, toUUID(UUIDNumToString(MD5(toString(intDiv(number, 10)) || 'cookie'))) AS cookie,
        toUUID(UUIDNumToString(MD5(toString(intDiv(number, 10)) || 'user'))) AS user
      FROM numbers({events:UInt64}))`,
  )

describe('one late identify', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(2)
    await lab.start()
  })
  after(async () => await lab.close())

  async function rowsReadAmong(workspace: number, events: number): Promise<number> {
    for (const sql of STRANGERS) {
      await lab.warehouse.command(withStrangers(sql), { ws: workspace, events })
    }
    await lab.send(VISITOR.map((happening) => toEnvelope(workspace, happening)))
    await lab.settle()
    for (const table of TABLES) await lab.warehouse.command(`OPTIMIZE TABLE ${table} FINAL`)
    const before = lab.warehouse.rowsRead()
    await lab.send([toEnvelope(workspace, LATE_IDENTIFY)])
    await lab.settle()
    return lab.warehouse.rowsRead() - before
  }

  test('reads about as many rows among 300,000 stored events as among 10,000', async (t) => {
    const few = await rowsReadAmong(1, 10_000)
    const many = await rowsReadAmong(2, 300_000)
    t.diagnostic(`${few} rows read among 10,000 events, ${many} among 300,000`)
    assert.ok(few > 0 && many / few < 2 && few / many < 2, `${few} rows among 10,000, ${many} among 300,000`)
    const leads = (await lab.rows(2))['leads'] ?? []
    assert.equal(JSON.stringify(leads).match(/ann@acme.io/g)?.length, 2)
  })
})
