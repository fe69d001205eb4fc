import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { toDateTime } from '@leadline/warehouse'
import {
  companyRow,
  crmDeliveryRow,
  crmLinkRow,
  openTestWarehouse,
  uuid,
  type TestWarehouse,
} from '@leadline/warehouse/test-warehouse'
import { identifyRow, knownLeadRow } from '../../test-support/warehouse-rows.ts'
import { readRunOutcome } from '../simulate/run-outcome.ts'
import { countEvents, readRecords } from './read-records.ts'

const AT_MS = Date.UTC(2026, 0, 5, 9)

let store: TestWarehouse
before(async () => {
  store = await openTestWarehouse()
  const { warehouse } = store
  const person = { node_id: uuid(1), anon_node: uuid(11), anonymous_id: 'cookie-1' }
  const events = [
    identifyRow({ ...person, message_id: 'm1', type: 'page', received_at: toDateTime(AT_MS - 60_000) }),
    identifyRow({ ...person, message_id: 'm2', mail_node: uuid(21), received_at: toDateTime(AT_MS) }),
    identifyRow({ message_id: 'm3', node_id: uuid(2), anonymous_id: 'cookie-2', type: 'page' }),
  ]
  await warehouse.insert('events_raw', events)
  await warehouse.insert('events_raw', events.slice(0, 1))
  const stamp = { ws: 1, d: events[0]?.d ?? '', session_id: uuid(31), version: '1' }
  await warehouse.insert('event_leads', [
    { ...stamp, node_id: uuid(1), message_id: 'm1', lead_id: uuid(1) },
    { ...stamp, node_id: uuid(1), message_id: 'm2', lead_id: uuid(1) },
  ])
  await warehouse.insert('companies_raw', [companyRow({ company_id: uuid(50) })])
  await warehouse.insert('leads_raw', [
    knownLeadRow({ lead_id: uuid(1), company_id: uuid(50), contact_id: uuid(21) }),
    knownLeadRow({ lead_id: uuid(2), identified: 0, stage: '' }),
    knownLeadRow({ lead_id: uuid(3), gone: 1 }),
  ])
  await warehouse.insert('crm_links_raw', [
    crmLinkRow({ id: uuid(21) }),
    crmLinkRow({ id: uuid(50), kind: 'company', object: 'Account' }),
  ])
  const at = (ms: number) => ({ at: toDateTime(AT_MS + ms) })
  await warehouse.insert('crm_deliveries_raw', [
    crmDeliveryRow({
      id: uuid(21),
      delivery_id: uuid(91),
      outcome: 'failed',
      code: 'UNABLE_TO_LOCK_ROW',
      ...at(900),
    }),
    crmDeliveryRow({ id: uuid(21), delivery_id: uuid(92), ...at(1500) }),
    crmDeliveryRow({ id: uuid(21), delivery_id: uuid(93), outcome: 'updated', ...at(9000) }),
    crmDeliveryRow({ id: uuid(50), delivery_id: uuid(94), kind: 'company', object: 'Account', ...at(1400) }),
    crmDeliveryRow({ id: uuid(99), delivery_id: uuid(95), ...at(2000) }),
  ])
})
after(() => store.stop())

test('an event counts once as stored, and as resolved when its lead is known', async () => {
  assert.deepEqual(await countEvents(store.warehouse), { stored: 3, resolved: 2 })
})

test('records are counted as they are now, the latest delivery first', async () => {
  const { latest, ...records } = await readRecords(store.warehouse)
  assert.deepEqual(records, {
    leads: { all: 2, identified: 1, qualified: 1 },
    companies: 1,
    sessions: 0,
    links: { Lead: 1, Account: 1 },
    deliveries: { created: 3, updated: 1, failed: 1 },
    failures: { UNABLE_TO_LOCK_ROW: 1 },
  })
  assert.equal(latest.length, 5)
  assert.equal(latest[0]?.outcome, 'updated')
})

test('a simulation reads with the read-only user what became of its own visitors', async () => {
  const clickhouse = { url: store.url, user: 'reader', password: store.readerPassword }
  const endpoints = {
    pid: 1,
    collector: '',
    console: null,
    sandbox: null,
    demo: null,
    workspace: 1,
    writeKey: '',
    secretKey: null,
    sandboxClient: null,
  }
  assert.deepEqual(await readRunOutcome({ ...endpoints, clickhouse }, ['cookie-1']), {
    leads: 1,
    companies: 1,
    crmWrites: { 'Account created': 1, 'Lead created': 1, 'Lead failed': 1, 'Lead updated': 1 },
    lagMs: { p50: 1500, p99: 1500 },
  })
  assert.equal(await readRunOutcome({ ...endpoints, clickhouse: null }, ['cookie-1']), undefined)
})
