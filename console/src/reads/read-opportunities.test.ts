import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NIL_UUID, toDateTime, type OpportunitiesRow } from '@leadline/warehouse'
import {
  companyRow,
  leadRow,
  openTestWarehouse,
  TEST_TIME_MS,
  uuid,
  type TestWarehouse,
} from '@leadline/warehouse/test-warehouse'
import { readOpportunities, readWonByChannel } from './read-opportunities.ts'

let store: TestWarehouse
before(async () => {
  store = await openTestWarehouse()
})
after(() => store.stop())

const ANN = { lead: uuid(1), contact: uuid(2), crmId: '003000000000001AAA' }
const ACME = { company: uuid(3), crmId: '001000000000001AAA' }

const deal = (
  row: Partial<OpportunitiesRow> & Pick<OpportunitiesRow, 'opportunity_id'>,
): OpportunitiesRow => ({
  ws: 1,
  account_crm_id: ACME.crmId,
  name: row.opportunity_id,
  stage: 'Closed Won',
  amount: 100,
  currency: '',
  close_date: '2026-12-31',
  is_closed: 1,
  is_won: 1,
  owner_id: '',
  created_at: toDateTime(TEST_TIME_MS),
  changed_at: toDateTime(TEST_TIME_MS),
  contact_crm_ids: [],
  history: '[]',
  version: '1',
  gone: 0,
  ...row,
})

const link = (kind: 'contact' | 'company', id: string, crm_id: string) => ({
  ws: 1,
  kind,
  id,
  object: kind === 'contact' ? 'Contact' : 'Account',
  external_id: id,
  crm_id,
  owner_id: '',
  owner_name: '',
  owner_active: 0,
  status: 'linked',
  version: '1',
  gone: 0,
})

test('deals stand with their company and contact, and what was won counts for what brought them first', async () => {
  const { warehouse } = store
  const touch = (channel: string) => JSON.stringify({ channel })
  await warehouse.insert('leads_raw', [
    leadRow({ ws: 1, lead_id: ANN.lead, contact_id: ANN.contact, first_touch: touch('paid search') }),
  ])
  await warehouse.insert('companies_raw', [
    companyRow({ ws: 1, company_id: ACME.company, first_touch: touch('email') }),
  ])
  await warehouse.insert('crm_links_raw', [
    link('contact', ANN.contact, ANN.crmId),
    link('company', ACME.company, ACME.crmId),
  ])
  await warehouse.insert('opportunities_raw', [
    deal({ opportunity_id: 'of Ann', contact_crm_ids: [ANN.crmId], amount: 300 }),
    deal({ opportunity_id: 'of Acme' }),
    deal({ opportunity_id: 'of nobody', account_crm_id: '001000000000009AAA', amount: null }),
    deal({ opportunity_id: 'open', is_won: 0, is_closed: 0, stage: 'Prospecting' }),
    deal({ opportunity_id: 'deleted', gone: 1 }),
  ])
  const names = async (companyId: string, contactId: string) =>
    (await readOpportunities(warehouse, { ws: 1, companyId, contactId })).map(({ name }) => name)
  assert.deepEqual(await names(ACME.company, NIL_UUID), ['open', 'of Acme', 'of Ann'])
  assert.deepEqual(await names(NIL_UUID, ANN.contact), ['of Ann'])
  assert.deepEqual(await readWonByChannel(warehouse, { ws: 1, fromMs: TEST_TIME_MS - 1 }), [
    { channel: 'paid search', currency: '', deals: 1, amount: 300 },
    { channel: 'email', currency: '', deals: 1, amount: 100 },
    { channel: 'unknown', currency: '', deals: 1, amount: null },
  ])
})
