import {
  NIL_UUID,
  toDateTime,
  toDay,
  type CompaniesRow,
  type CrmDeliveriesRow,
  type CrmLinksRow,
  type EventsRow,
  type LeadsRow,
} from '@leadline/warehouse'

/** Whole rows from what a test cares about. */

const AT_MS = Date.UTC(2026, 0, 5, 9)

export const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

export function buildLead(row: Partial<LeadsRow> & Pick<LeadsRow, 'lead_id'>): LeadsRow {
  return {
    ws: 1,
    contact_id: row.lead_id,
    company_id: NIL_UUID,
    primary_email: '',
    name: '',
    identified: 1,
    quarantined: 0,
    role: 0,
    stage: 'qualified',
    first_seen: toDateTime(AT_MS),
    last_seen: toDateTime(AT_MS),
    sessions: 1,
    events: 1,
    traits: '{}',
    provenance: '{}',
    version: '1',
    gone: 0,
    ...row,
  }
}

export function buildCompany(row: Partial<CompaniesRow> & Pick<CompaniesRow, 'company_id'>): CompaniesRow {
  return {
    ws: 1,
    key_kind: 'domain',
    key: '',
    name: '',
    domain: '',
    parent_id: NIL_UUID,
    version: '1',
    gone: 0,
    ...row,
  }
}

export function buildLink(row: Partial<CrmLinksRow> & Pick<CrmLinksRow, 'id'>): CrmLinksRow {
  return {
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
  }
}

export function buildDelivery(
  row: Partial<CrmDeliveriesRow> & Pick<CrmDeliveriesRow, 'id' | 'delivery_id'>,
): CrmDeliveriesRow {
  return {
    ws: 1,
    at: toDateTime(AT_MS + 2000),
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
  }
}

export function buildEvent(row: Partial<EventsRow> & Pick<EventsRow, 'message_id'>): EventsRow {
  return {
    ws: 1,
    d: toDay(AT_MS),
    ts: toDateTime(AT_MS),
    received_at: toDateTime(AT_MS),
    type: 'identify',
    event: '',
    anonymous_id: '',
    user_id: '',
    anon_node: NIL_UUID,
    mail_node: NIL_UUID,
    node_id: NIL_UUID,
    channel: '',
    source: 'website',
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
    first_copy: '1',
    ...row,
  }
}
