import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import {
  companyRow,
  eventLeadRow,
  eventRow,
  leadRow,
  sessionRow,
  TEST_TIME_MS,
  uuid,
} from '../test-support/rows.ts'
import { openTestWarehouse, type TestWarehouse } from '../test-support/test-warehouse.ts'
import { createWarehouse } from './create-warehouse.ts'
import { NIL_UUID, toDateTime, toDay } from './values.ts'
import type { Warehouse } from './warehouse.ts'

const EVENTS_COLUMNS =
  'ws d ts received_at message_id type event anonymous_id user_id anon_node mail_node node_id channel source address ' +
  'user_agent name category group_id previous_id properties traits context integrations timestamp original_timestamp ' +
  'sent_at impersonated bot country region imported lead_id contact_id company_id session_id'

describe('views', () => {
  let testWarehouse: TestWarehouse
  let warehouse: Warehouse
  before(async () => {
    testWarehouse = await openTestWarehouse()
    warehouse = testWarehouse.warehouse
  })
  after(async () => await testWarehouse.stop())

  const row = z.record(z.string(), z.unknown())
  const query = async (sql: string, params: Record<string, unknown> = {}) =>
    await warehouse.query(sql, { row, params })
  const idsOf = async (message_id: string) =>
    await query(
      'SELECT lead_id, contact_id, company_id, session_id FROM events WHERE message_id = {message_id:String}',
      {
        message_id,
      },
    )

  test('events has the columns that outsiders hold on to', async () => {
    const columns = await query('DESCRIBE TABLE events')
    assert.equal(columns.map(({ name }) => name).join(' '), EVENTS_COLUMNS)
  })

  test('events shows a redelivered message once, as it was first received', async () => {
    const message = { message_id: 'redelivered', node_id: uuid(1) }
    const copies = [5, 1, 3].map((minutes) => {
      const receivedMs = TEST_TIME_MS + minutes * 60_000
      const first_copy = String(2n ** 63n - BigInt(receivedMs))
      return eventRow({ ...message, received_at: toDateTime(receivedMs), first_copy })
    })
    for (const copy of copies) await warehouse.insert('events_raw', [copy])
    const found = await query("SELECT received_at FROM events WHERE message_id = 'redelivered'")
    assert.deepEqual(found, [{ received_at: toDateTime(TEST_TIME_MS + 60_000) }])
  })

  test('an event that nobody resolved yet shows its own identifier as lead and contact', async () => {
    await warehouse.insert('events_raw', [eventRow({ message_id: 'new', node_id: uuid(2) })])
    const ids = { lead_id: uuid(2), contact_id: uuid(2), company_id: NIL_UUID, session_id: NIL_UUID }
    assert.deepEqual(await idsOf('new'), [ids])
  })

  test('an event follows its lead, its session, and the contact and company of that lead', async () => {
    const event = { message_id: 'moved', node_id: uuid(3) }
    await warehouse.insert('events_raw', [eventRow(event)])
    await warehouse.insert('event_leads', [
      eventLeadRow({ ...event, lead_id: uuid(30), session_id: uuid(31) }),
    ])
    await warehouse.insert('leads_raw', [
      leadRow({ lead_id: uuid(30), contact_id: uuid(32), company_id: uuid(33) }),
    ])
    const ids = { lead_id: uuid(30), contact_id: uuid(32), company_id: uuid(33), session_id: uuid(31) }
    assert.deepEqual(await idsOf('moved'), [ids])

    await warehouse.insert('event_leads', [
      eventLeadRow({ ...event, lead_id: uuid(40), session_id: uuid(41), version: '3' }),
      eventLeadRow({ ...event, lead_id: uuid(50), session_id: uuid(51), version: '2' }),
    ])
    await warehouse.insert('leads_raw', [
      leadRow({ lead_id: uuid(40), contact_id: uuid(42), company_id: uuid(43) }),
    ])
    const moved = { lead_id: uuid(40), contact_id: uuid(42), company_id: uuid(43), session_id: uuid(41) }
    assert.deepEqual(await idsOf('moved'), [moved])

    await warehouse.insert('leads_raw', [
      leadRow({ lead_id: uuid(40), contact_id: uuid(44), company_id: uuid(45), version: '2' }),
    ])
    assert.deepEqual(await idsOf('moved'), [{ ...moved, contact_id: uuid(44), company_id: uuid(45) }])
    assert.deepEqual(await query("SELECT count() AS n FROM events WHERE message_id = 'moved'"), [{ n: '1' }])
  })

  test('many events over many days and parts each show their own newest stamp, to the reader as well', async () => {
    const events = Array.from({ length: 600 }, (_, n) => {
      const d = toDay(TEST_TIME_MS - (n % 90) * 86_400_000)
      return { ws: 7 + (n % 2), d, message_id: `m${n}`, node_id: uuid(1000 + (n % 23)) }
    })
    const stampsOf = (n: number): readonly number[] => [[], [1], [1, 2], [3, 2]][n % 4] ?? []
    for (const part of [0, 1, 2]) {
      const rows = events.filter((_, n) => n % 3 >= part)
      await warehouse.insert('events_raw', rows.map(eventRow))
      const stamps = events.flatMap((event, n) => {
        const version = stampsOf(n)[part]
        if (version === undefined) return []
        const ids = { lead_id: uuid(2000 + n * 10 + version), session_id: uuid(9000 + n) }
        return [eventLeadRow({ ...event, ...ids, version: String(version) })]
      })
      await warehouse.insert('event_leads', stamps)
    }
    const expected = events.map(({ message_id, node_id }, n) => ({
      message_id,
      lead_id: n % 4 === 0 ? node_id : uuid(2000 + n * 10 + Math.max(...stampsOf(n))),
      session_id: n % 4 === 0 ? NIL_UUID : uuid(9000 + n),
    }))
    const sql =
      'SELECT message_id, lead_id, session_id FROM events WHERE ws IN (7, 8) ORDER BY toUInt32(substring(message_id, 2))'
    assert.deepEqual(await query(sql), expected)
    if (testWarehouse.readerPassword === '') return
    const reader = createWarehouse({
      ...testWarehouse,
      user: 'reader',
      password: testWarehouse.readerPassword,
    })
    assert.deepEqual(await reader.query(sql, { row }), expected)
    await reader.close()
  })

  test('events are joined with their stamps as both lie, and neither is held in memory', async () => {
    const lines = await query("EXPLAIN SELECT lead_id FROM events WHERE ws = 7 AND d > '2026-09-01'")
    const plan = lines.map(({ explain }) => String(explain).replace(/[^\w:().= '-]/g, '')).join('\n')
    assert.match(plan, /Algorithm: FullSortingMergeJoin/)
    for (const table of ['events_raw', 'event_leads']) {
      const reading = plan.split('ReadFromMergeTree').find((part) => part.includes(`.${table})`))
      assert.match(reading ?? '', /Read type: InOrder/, `${table} is not read in its order\n${plan}`)
    }
    assert.equal(
      plan.match(/Filter column: .*d /g)?.length,
      2,
      `a condition on the day is not for both\n${plan}`,
    )
  })

  test('an older version never replaces a newer one, whatever the order of arrival', async () => {
    const lead_id = uuid(60)
    for (const version of ['3', '1', '2'])
      await warehouse.insert('leads_raw', [leadRow({ lead_id, name: `v${version}`, version })])
    assert.deepEqual(await query('SELECT name FROM leads WHERE lead_id = {lead_id:UUID}', { lead_id }), [
      { name: 'v3' },
    ])
  })

  test('gone leads, sessions and companies are left out, and come back with a newer version', async () => {
    const lead = leadRow({ lead_id: uuid(70) })
    const session = sessionRow({ lead_id: uuid(70), session_id: uuid(71) })
    const company = companyRow({ company_id: uuid(72), key: 'a.example', name: 'A', domain: 'a.example' })
    const write = async (version: string, gone: number): Promise<void> => {
      await warehouse.insert('leads_raw', [{ ...lead, version, gone }])
      await warehouse.insert('sessions_raw', [{ ...session, version, gone }])
      await warehouse.insert('companies_raw', [{ ...company, version, gone }])
    }
    const shown = async (): Promise<unknown> =>
      await query(
        `SELECT (SELECT count() FROM leads WHERE lead_id = {lead:UUID}) AS leads,
                (SELECT count() FROM sessions WHERE session_id = {session:UUID}) AS sessions,
                (SELECT count() FROM companies WHERE company_id = {company:UUID}) AS companies`,
        { lead: uuid(70), session: uuid(71), company: uuid(72) },
      )
    await write('1', 0)
    assert.deepEqual(await shown(), [{ leads: '1', sessions: '1', companies: '1' }])
    await write('2', 1)
    assert.deepEqual(await shown(), [{ leads: '0', sessions: '0', companies: '0' }])
    await write('3', 0)
    assert.deepEqual(await shown(), [{ leads: '1', sessions: '1', companies: '1' }])
  })

  test('sessions shows the contact and company that its lead has now', async () => {
    await warehouse.insert('sessions_raw', [sessionRow({ lead_id: uuid(80), session_id: uuid(81) })])
    await warehouse.insert('leads_raw', [
      leadRow({ lead_id: uuid(80), contact_id: uuid(82), company_id: uuid(83) }),
    ])
    const found = await query('SELECT contact_id, company_id FROM sessions WHERE session_id = {id:UUID}', {
      id: uuid(81),
    })
    assert.deepEqual(found, [{ contact_id: uuid(82), company_id: uuid(83) }])
  })

  test('leads and companies show the owner and record of their link, which crm_links shows while it stands', async () => {
    const link = {
      ws: 1,
      external_id: 'e',
      owner_id: '005A',
      owner_name: 'Ada',
      owner_active: 1,
      status: 'linked',
      version: '1',
      gone: 0,
    } as const
    await warehouse.insert('leads_raw', [leadRow({ lead_id: uuid(90), contact_id: uuid(91) })])
    await warehouse.insert('crm_links_raw', [
      { ...link, kind: 'contact', id: uuid(91), object: 'Lead', crm_id: '00QA' },
      { ...link, kind: 'company', id: uuid(72), object: 'Account', crm_id: '001A' },
    ])
    const columns = 'owner_id, owner_name, crm_id, crm_object'
    const lead = `SELECT ${columns} FROM leads WHERE lead_id = {id:UUID}`
    const owner = { owner_id: '005A', owner_name: 'Ada' }
    assert.deepEqual(await query(lead, { id: uuid(90) }), [{ ...owner, crm_id: '00QA', crm_object: 'Lead' }])
    const company = `SELECT ${columns} FROM companies WHERE company_id = {id:UUID}`
    assert.deepEqual(await query(company, { id: uuid(72) }), [
      { ...owner, crm_id: '001A', crm_object: 'Account' },
    ])

    await warehouse.insert('crm_links_raw', [
      { ...link, kind: 'contact', id: uuid(91), object: 'Lead', crm_id: '00QA', version: '2', gone: 1 },
    ])
    assert.deepEqual(await query(lead, { id: uuid(90) }), [
      { owner_id: '', owner_name: '', crm_id: '', crm_object: '' },
    ])
    assert.deepEqual(await query('SELECT kind FROM crm_links'), [{ kind: 'company' }])
  })

  test('crm_deliveries shows each delivery once', async () => {
    const delivery = {
      ws: 1,
      at: toDateTime(TEST_TIME_MS),
      delivery_id: uuid(100),
      direction: 'out',
      kind: 'contact',
      id: uuid(91),
      object: 'Lead',
      operation: 'create',
      external_id: 'e',
      crm_id: '00QA',
      reason: 'qualified',
      fields: '{}',
      outcome: 'done',
      code: '',
      message: '',
      request_id: 'r',
      attempt: 1,
      latency_ms: 12,
    } as const
    for (let i = 0; i < 2; i++) await warehouse.insert('crm_deliveries_raw', [delivery])
    assert.deepEqual(await query('SELECT outcome FROM crm_deliveries'), [{ outcome: 'done' }])
  })
})
