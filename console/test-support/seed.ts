import { toDateTime, toDay, type CrmDeliveriesRow, type Warehouse } from '@leadline/warehouse'
import {
  companyRow,
  eventLeadRow,
  eventRow,
  leadRow,
  sessionRow,
  TEST_TIME_MS,
  uuid,
} from '@leadline/warehouse/test-warehouse'

/** Text that must never reach a page as markup. */
export const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(2)>`

export const ADA = {
  lead: uuid(1),
  contact: uuid(2),
  company: uuid(3),
  session: uuid(4),
  node: uuid(5),
} as const
export const MALLORY = { lead: uuid(11) } as const
export const HOSTILE_COMPANY = uuid(13)
export const NOW_MS = TEST_TIME_MS + 60_000

const delivery = (
  row: Partial<CrmDeliveriesRow> & Pick<CrmDeliveriesRow, 'delivery_id' | 'id'>,
): CrmDeliveriesRow => ({
  ws: 1,
  at: toDateTime(TEST_TIME_MS),
  direction: 'out',
  kind: 'contact',
  object: 'Lead',
  operation: 'upsert',
  external_id: row.id,
  crm_id: '00Q000000000001',
  reason: 'qualified',
  fields: JSON.stringify({ Company: { old: null, new: 'Harborline' } }),
  outcome: 'created',
  code: '',
  message: '',
  request_id: 'r1',
  attempt: 1,
  latency_ms: 42,
  ...row,
})

const touch = (text: string) =>
  JSON.stringify({
    at: '2026-11-20T09:00:00.000Z',
    channel: text,
    source: text,
    medium: text,
    campaign: text,
    term: '',
    content: '',
    referrer: text,
    landingPage: text,
    clickIds: { [text]: '1' },
  })

/** Ada: a lead with everything. Mallory: a lead whose every text is hostile. Sixty anonymous visitors. */
export async function seed(warehouse: Warehouse): Promise<void> {
  await warehouse.insert('leads_raw', [
    leadRow({
      lead_id: ADA.lead,
      contact_id: ADA.contact,
      company_id: ADA.company,
      name: 'Ada Byron',
      primary_email: 'ada@harborline.example',
      identified: 1,
      stage: 'qualified',
      traits: JSON.stringify({ plan: 'team', seats: 12 }),
      first_touch: touch('paid_search'),
      score: 8,
      score_at: toDateTime(NOW_MS - 14 * 86_400_000),
      score_half_life_s: 14 * 86_400,
      score_parts: JSON.stringify({ 'page views': { count: 3, points: 2.5 } }),
    }),
    leadRow({
      lead_id: MALLORY.lead,
      name: HOSTILE,
      primary_email: HOSTILE,
      identified: 1,
      stage: HOSTILE,
      traits: JSON.stringify({ [HOSTILE]: HOSTILE }),
      company_id: HOSTILE_COMPANY,
      first_touch: touch(HOSTILE),
      score_parts: JSON.stringify({ [HOSTILE]: { count: 1, points: 1 } }),
    }),
    ...Array.from({ length: 60 }, (_, i) =>
      leadRow({ lead_id: uuid(100 + i), last_seen: toDateTime(TEST_TIME_MS - i * 1000) }),
    ),
    leadRow({ ws: 2, lead_id: uuid(900), name: 'Of another workspace', identified: 1 }),
  ])
  await warehouse.insert('companies_raw', [
    companyRow({
      company_id: ADA.company,
      key: 'harborline.example',
      name: 'Harborline',
      domain: 'harborline.example',
    }),
    companyRow({
      company_id: HOSTILE_COMPANY,
      key: 'h',
      name: HOSTILE,
      domain: HOSTILE,
      first_touch: touch(HOSTILE),
    }),
  ])
  const seen = {
    first_seen: toDateTime(TEST_TIME_MS),
    last_seen: toDateTime(TEST_TIME_MS),
    version: '1',
    gone: 0,
  }
  await warehouse.insert('company_leads', [
    { ws: 1, company_id: ADA.company, lead_id: ADA.lead, domain: '', is_own: 1, is_member: 0, ...seen },
    {
      ws: 1,
      company_id: HOSTILE_COMPANY,
      lead_id: MALLORY.lead,
      domain: '',
      is_own: 1,
      is_member: 0,
      ...seen,
    },
  ])
  const met = (lead: string, text: string) => ({
    ws: 1,
    lead_id: lead,
    rule: text,
    message_id: text,
    node_id: ADA.node,
    at: toDateTime(TEST_TIME_MS),
    stage: text,
    facts: JSON.stringify({ [text]: text, 'company.domain': 'harborline.example' }),
    version: '1',
  })
  const firings = [met(ADA.lead, 'has a mail'), met(MALLORY.lead, HOSTILE)]
  await warehouse.insert(
    'qualifications_raw',
    firings.map((row) => ({ ...row, gone: 0 })),
  )
  await warehouse.insert(
    'rule_firings',
    firings.map((row) => ({ ...row, fired_at: toDateTime(NOW_MS), owner: '' })),
  )
  await warehouse.insert(
    'action_deliveries_raw',
    firings.map(({ ws, at, lead_id, node_id, message_id, rule, stage, version }, i) => ({
      ws,
      at,
      lead_id,
      node_id,
      message_id,
      rule,
      stage,
      version,
      created_at: toDateTime(NOW_MS),
      next_at: toDateTime(NOW_MS),
      attempts: 7,
      status: 500,
      latency_ms: 12,
      message: '',
      delivery_id: uuid(40 + i),
      action: `webhook ${rule}`,
      state: 'parked' as const,
      error: `HTTP 500 ${rule}`,
    })),
  )
  await warehouse.insert('sessions_raw', [
    sessionRow({
      lead_id: ADA.lead,
      session_id: ADA.session,
      duration_s: 185,
      entry_url: 'https://site.example/pricing',
      source: 'google',
      medium: 'cpc',
    }),
    sessionRow({
      lead_id: MALLORY.lead,
      session_id: uuid(14),
      entry_url: HOSTILE,
      source: HOSTILE,
      device: HOSTILE,
    }),
  ])
  const properties = JSON.stringify({ url: 'https://site.example/docs', title: 'Docs' })
  const events = [
    eventRow({ message_id: 'm-1', node_id: ADA.node, type: 'page', event: '', name: 'Docs', properties }),
    eventRow({
      message_id: 'm-4',
      node_id: ADA.node,
      type: 'page',
      event: '',
      user_id: 'user-7',
      context: JSON.stringify({ page: { title: 'Prices of all plans' } }),
    }),
    eventRow({
      message_id: 'm-2',
      node_id: ADA.node,
      event: 'Signed Up',
      d: toDay(TEST_TIME_MS),
      user_id: 'user-7',
    }),
    eventRow({
      message_id: 'm-3',
      node_id: MALLORY.lead,
      event: HOSTILE,
      source: HOSTILE,
      properties: JSON.stringify({ url: HOSTILE }),
    }),
  ]
  await warehouse.insert('events_raw', events)
  await warehouse.insert(
    'event_leads',
    events
      .slice(0, 3)
      .map(({ message_id, node_id }) =>
        eventLeadRow({ message_id, node_id, lead_id: ADA.lead, session_id: ADA.session }),
      ),
  )
  await warehouse.insert('lead_nodes', [
    { ws: 1, lead_id: ADA.lead, node_id: ADA.node, version: '1', gone: 0 },
  ])
  const link = {
    ws: 1,
    external_id: 'e',
    owner_id: '005A',
    owner_active: 1,
    status: 'linked',
    version: '1',
    gone: 0,
  } as const
  await warehouse.insert('crm_links_raw', [
    {
      ...link,
      kind: 'contact',
      id: ADA.contact,
      object: 'Lead',
      crm_id: '00Q000000000001',
      owner_name: 'Grace',
    },
    { ...link, kind: 'company', id: uuid(13), object: 'Account', crm_id: HOSTILE, owner_name: HOSTILE },
  ])
  await warehouse.insert('crm_deliveries_raw', [
    delivery({ delivery_id: uuid(21), id: ADA.contact }),
    delivery({
      delivery_id: uuid(22),
      id: ADA.session,
      kind: 'session',
      object: 'Leadline_Activity__c',
      crm_id: 'a00000000000001',
    }),
    delivery({
      delivery_id: uuid(23),
      id: MALLORY.lead,
      outcome: 'failed',
      reason: HOSTILE,
      code: 'DUPLICATES_DETECTED',
      message: HOSTILE,
      crm_id: HOSTILE,
      fields: HOSTILE,
    }),
  ])
}
