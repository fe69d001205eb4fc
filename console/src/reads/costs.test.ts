import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Warehouse } from '@leadline/warehouse'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { z } from 'zod'
import { readLeadJudgement, readQualifications } from './read-judgement.ts'
import { readLeadsOfCompany, readTimeline } from './read-timeline.ts'

const NOW_MS = Date.UTC(2026, 10, 21)
/** Leads of the world, each with five events, before and after it grows tenfold. */
const [FEW, MANY] = [4000, 40_000]
const uuid = (kind: string, number = 'number'): string =>
  `toUUID(UUIDNumToString(MD5('${kind}' || toString(${number}))))`

const grow = (from: number, to: number): readonly string[] => {
  const numbers = (times = 1) => `FROM numbers(${from * times}, ${(to - from) * times})`
  const [lead, node] = [uuid('lead', 'intDiv(number, 5)'), uuid('node', 'intDiv(number, 5)')]
  return [
    `INSERT INTO leads_raw (ws, lead_id, company_id, last_seen, version)
     SELECT 1, ${uuid('lead')}, ${uuid('company', 'intDiv(number, 4)')}, now(), 1 ${numbers()}`,
    `INSERT INTO company_leads (ws, company_id, lead_id, is_own, version)
     SELECT 1, ${uuid('company', 'intDiv(number, 4)')}, ${uuid('lead')}, 1, 1 ${numbers()}`,
    `INSERT INTO lead_nodes (ws, lead_id, node_id, version) SELECT 1, ${uuid('lead')}, ${uuid('node')}, 1 ${numbers()}`,
    `INSERT INTO qualifications_raw (ws, lead_id, rule, message_id, node_id, version)
     SELECT 1, ${uuid('lead')}, 'r', 'm' || toString(number * 5), ${uuid('node')}, 1 ${numbers()}`,
    `INSERT INTO rule_firings (ws, lead_id, rule, message_id, node_id, version)
     SELECT 1, ${uuid('lead')}, 'r', 'm' || toString(number * 5), ${uuid('node')}, 1 ${numbers()}`,
    `INSERT INTO events_raw (ws, d, ts, node_id, message_id, type, event)
     SELECT 1, '2026-11-21', now(), ${node}, 'm' || toString(number), 'track', 'Clicked' ${numbers(5)}`,
    `INSERT INTO event_leads (ws, d, node_id, message_id, lead_id, version)
     SELECT 1, '2026-11-21', ${node}, 'm' || toString(number), ${lead}, 1 ${numbers(5)}`,
    `INSERT INTO identity_facts (ws, kind, lo_type, lo, hi_type, hi)
     SELECT 1, 'claim', 'anon', ${uuid('node')}, 'user', ${uuid('user')} ${numbers()}`,
    'OPTIMIZE TABLE events_raw FINAL',
    'OPTIMIZE TABLE event_leads FINAL',
  ]
}

const idOf = async (warehouse: Warehouse, kind: string): Promise<string> => {
  const [row] = await warehouse.query(`SELECT ${uuid(kind, '7')} AS id`, {
    row: z.object({ id: z.string() }),
  })
  assert.ok(row)
  return row.id
}

test('the timeline of a lead has the events that fell through to it from an identifier of nobody', async () => {
  const database = await openTestWarehouse()
  const { warehouse } = database
  const [cookie, other, guest] = [uuid('cookie', '1'), uuid('cookie', '2'), uuid('guest', '1')]
  const nobody = "toUUID('00000000-0000-0000-0000-000000000000')"
  const event = (id: string, node: string, anon: string): string =>
    `SELECT 1, '2026-11-21', now(), ${node}, ${anon}, '${id}', 'track', 'Clicked'`
  const stamp = (id: string, node: string, lead: string): string =>
    `SELECT 1, '2026-11-21', ${node}, '${id}', ${lead}, 1`
  const commands = [
    `INSERT INTO events_raw (ws, d, ts, node_id, anon_node, message_id, type, event)
     ${[event('own', cookie, cookie), event('as guest', guest, cookie), event('of another', guest, other)].join(' UNION ALL ')}`,
    `INSERT INTO event_leads (ws, d, node_id, message_id, lead_id, version)
     ${[stamp('own', cookie, cookie), stamp('as guest', guest, cookie), stamp('of another', guest, other)].join(' UNION ALL ')}`,
    `INSERT INTO identity_facts (ws, kind, lo_type, lo, hi_type, hi)
     SELECT 1, 'claim', 'anon', arrayJoin([${cookie}, ${other}]), 'user', ${guest}`,
    `INSERT INTO identity_assignments (ws, node_id, lead_id, rule, version) SELECT 1, ${guest}, ${nobody}, 'R1', 1`,
  ]
  try {
    for (const sql of commands) await warehouse.command(sql)
    const [row] = await warehouse.query(`SELECT ${cookie} AS id`, { row: z.object({ id: z.string() }) })
    assert.ok(row)
    const { rows } = await readTimeline(warehouse, { ws: 1, leadIds: [row.id], type: '', text: '', page: 1 })
    assert.deepEqual(new Set(rows.map(({ messageId }) => messageId)), new Set(['own', 'as guest']))
  } finally {
    await database.stop()
  }
})

describe('what a page about one lead or company reads', () => {
  let database: TestWarehouse
  before(async () => {
    database = await openTestWarehouse()
  })
  after(async () => await database.stop())

  test('does not grow with the store', async () => {
    const { warehouse } = database
    const [leadId, companyId] = [await idOf(warehouse, 'lead'), await idOf(warehouse, 'company')]
    const timelineOf = async (leadIds: readonly string[], rows: number): Promise<void> => {
      const filter = { ws: 1, leadIds, type: '', text: '', page: 1 }
      assert.equal((await readTimeline(warehouse, filter)).rows.length, rows)
    }
    const reads: Readonly<Record<string, () => Promise<void>>> = {
      'timeline of a lead': async () => await timelineOf([leadId], 5),
      'timeline of a company': async () =>
        await timelineOf(await readLeadsOfCompany(warehouse, { ws: 1, companyId }), 20),
      'attribution and score': async () =>
        assert.ok(await readLeadJudgement(warehouse, { ws: 1, id: leadId, nowMs: NOW_MS })),
      qualifications: async () => {
        const [row, ...others] = await readQualifications(warehouse, { ws: 1, leadId })
        assert.ok(row?.firedAt !== '' && others.length === 0)
      },
    }
    const measure = async (): Promise<ReadonlyMap<string, number>> => {
      const costs = new Map<string, number>()
      for (const [name, read] of Object.entries(reads)) {
        const start = warehouse.rowsRead()
        await read()
        costs.set(name, warehouse.rowsRead() - start)
      }
      return costs
    }
    for (const sql of grow(0, FEW)) await warehouse.command(sql)
    const before = await measure()
    for (const sql of grow(FEW, MANY)) await warehouse.command(sql)
    for (const [name, rows] of await measure()) {
      // A granule for each key and part (256 rows or so of events, 1024 of facts), not a share of the store.
      assert.ok(
        rows <= 3 * (before.get(name) ?? 0) && rows < 0.15 * MANY * 5,
        `${name}: ${before.get(name)}, then ${rows} rows`,
      )
    }
  })
})
