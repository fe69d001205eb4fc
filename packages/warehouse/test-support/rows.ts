import type {
  CompaniesRow,
  CrmDeliveriesRow,
  CrmLinksRow,
  EventLeadsRow,
  EventsRow,
  LeadsRow,
  SessionsRow,
} from '../src/tables.ts'
import { NIL_UUID, toDateTime, toDay } from '../src/values.ts'

/** A time that all made-up rows share: 2026-11-21 10:00:00 UTC. */
export const TEST_TIME_MS = 1_795_255_200_000

/** A UUID that is easy to tell apart: `uuid(1)` ends in 1. */
export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

const at = toDateTime(TEST_TIME_MS)

export const eventRow = (row: Partial<EventsRow> & Pick<EventsRow, 'message_id' | 'node_id'>): EventsRow => ({
  ws: 1,
  d: toDay(TEST_TIME_MS),
  ts: at,
  received_at: at,
  type: 'track',
  event: 'Clicked',
  anonymous_id: '',
  user_id: '',
  anon_node: NIL_UUID,
  mail_node: NIL_UUID,
  channel: '',
  source: '',
  address: '',
  user_agent: '',
  name: '',
  category: '',
  group_id: '',
  previous_id: '',
  properties: '{}',
  traits: '{}',
  context: '{}',
  integrations: '{}',
  timestamp: null,
  original_timestamp: null,
  sent_at: null,
  impersonated: 0,
  bot: 0,
  country: '',
  region: '',
  first_copy: '1',
  ...row,
})

export const eventLeadRow = (
  row: Partial<EventLeadsRow> & Pick<EventLeadsRow, 'message_id' | 'node_id' | 'lead_id' | 'session_id'>,
): EventLeadsRow => ({ ws: 1, d: toDay(TEST_TIME_MS), version: '1', ...row })

export const leadRow = (row: Partial<LeadsRow> & Pick<LeadsRow, 'lead_id'>): LeadsRow => ({
  ws: 1,
  contact_id: row.lead_id,
  company_id: NIL_UUID,
  primary_email: '',
  name: '',
  identified: 0,
  quarantined: 0,
  role: 0,
  stage: '',
  first_seen: at,
  last_seen: at,
  sessions: 1,
  events: 1,
  traits: '{}',
  provenance: '{}',
  version: '1',
  gone: 0,
  ...row,
})

export const sessionRow = (
  row: Partial<SessionsRow> & Pick<SessionsRow, 'lead_id' | 'session_id'>,
): SessionsRow => ({
  ws: 1,
  started_at: at,
  ended_at: at,
  duration_s: 0,
  pages: 1,
  events: 1,
  entry_url: '',
  exit_url: '',
  top_pages: [],
  top_events: [],
  referrer: '',
  source: '',
  medium: '',
  campaign: '',
  term: '',
  content: '',
  click_ids: '{}',
  device: '',
  browser: '',
  os: '',
  version: '1',
  gone: 0,
  ...row,
})

export const companyRow = (row: Partial<CompaniesRow> & Pick<CompaniesRow, 'company_id'>): CompaniesRow => ({
  ws: 1,
  key_kind: 'domain',
  key: '',
  name: '',
  domain: '',
  parent_id: NIL_UUID,
  domains: [],
  traits: '{}',
  provenance: '{}',
  first_seen: at,
  last_seen: at,
  leads: 0,
  version: '1',
  gone: 0,
  ...row,
})

export const crmLinkRow = (row: Partial<CrmLinksRow> & Pick<CrmLinksRow, 'id'>): CrmLinksRow => ({
  ws: 1,
  kind: 'contact',
  object: 'Lead',
  external_id: row.id,
  crm_id: '00Q000000000001AAA',
  owner_id: '',
  owner_name: '',
  owner_active: 1,
  status: 'linked',
  version: '1',
  gone: 0,
  ...row,
})

export const crmDeliveryRow = (
  row: Partial<CrmDeliveriesRow> & Pick<CrmDeliveriesRow, 'id' | 'delivery_id'>,
): CrmDeliveriesRow => ({
  ws: 1,
  at,
  direction: 'out',
  kind: 'contact',
  object: 'Lead',
  operation: 'upsert',
  external_id: row.id,
  crm_id: '',
  reason: 'lead',
  fields: '{}',
  outcome: 'created',
  code: '',
  message: '',
  request_id: '',
  attempt: 1,
  latency_ms: 5,
  ...row,
})
