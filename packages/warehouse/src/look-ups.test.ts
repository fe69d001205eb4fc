import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { openTestWarehouse, type TestWarehouse } from '../test-support/test-warehouse.ts'

const ROWS = 50_000
const hashed = (prefix: string): string => `toUUID(UUIDNumToString(MD5('${prefix}' || toString(number))))`

const SEEDS = [
  `INSERT INTO contact_leads (ws, contact_id, lead_id, version)
   SELECT 1, ${hashed('contact')}, ${hashed('lead')}, 1 FROM numbers(${ROWS})`,
  `INSERT INTO sessions_raw (ws, lead_id, session_id, version)
   SELECT 1, ${hashed('lead')}, ${hashed('session')}, 1 FROM numbers(${ROWS})`,
  `INSERT INTO crm_links_raw (ws, kind, id, crm_id, version)
   SELECT 1, 'contact', ${hashed('contact')}, 'record' || toString(number), 1 FROM numbers(${ROWS})`,
  // A later part, in which one of the links has another record.
  `INSERT INTO crm_links_raw (ws, kind, id, crm_id, version)
   SELECT 1, 'contact', ${hashed('contact')}, 'moved' || toString(number), 2 FROM numbers(7, 1)`,
]

/** Look-ups against the order of their table, each of something that one row has. */
const LOOK_UPS: readonly (readonly [title: string, sql: string, index: string])[] = [
  [
    'contacts by lead',
    `SELECT contact_id FROM contact_leads WHERE ws = 1 AND lead_id IN (SELECT ${hashed('lead')} FROM numbers(9, 1))`,
    'by_lead',
  ],
  [
    'leads by session',
    `SELECT lead_id FROM sessions_raw FINAL
     WHERE ws = 1 AND session_id IN (SELECT ${hashed('session')} FROM numbers(9, 1))`,
    'by_session',
  ],
  [
    'links by record',
    `SELECT id FROM crm_links_raw FINAL WHERE ws = 1 AND crm_id IN ('record9')`,
    'by_record',
  ],
]

describe('a look-up against the order of its table', () => {
  let database: TestWarehouse
  before(async () => {
    database = await openTestWarehouse()
    for (const sql of SEEDS) await database.warehouse.command(sql)
  })
  after(() => database.stop())

  const explain = async (sql: string): Promise<string> => {
    const row = z.object({ explain: z.string() })
    const lines = await database.warehouse.query(`EXPLAIN indexes = 1 ${sql}`, { row })
    return lines.map((line) => line.explain.trim()).join('\n')
  }

  for (const [title, sql, index] of LOOK_UPS) {
    test(`reads a few granules of many: ${title}`, async () => {
      const found = await database.warehouse.query(sql, { row: z.unknown() })
      assert.equal(found.length, 1)
      const plan = await explain(sql)
      const [, kept, all] = new RegExp(`Name: ${index}\\n[^]*?Granules: (\\d+)/(\\d+)`).exec(plan) ?? []
      assert.ok(Number(kept) * 5 < Number(all), `${index} keeps ${kept} of ${all} granules\n${plan}`)
    })
  }

  test('does not find a record that its link has left', async () => {
    const sql = 'SELECT id FROM crm_links_raw FINAL WHERE ws = 1 AND crm_id IN {crmIds:Array(String)}'
    const find = (crmId: string): Promise<readonly unknown[]> =>
      database.warehouse.query(sql, { row: z.unknown(), params: { crmIds: [crmId] } })
    assert.equal((await find('record7')).length, 0)
    assert.equal((await find('moved7')).length, 1)
  })
})
