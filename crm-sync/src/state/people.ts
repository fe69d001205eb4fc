import { fromDateTime, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { LeadState, SessionState } from '../plan/subjects.ts'
import { parseColumns } from './json-columns.ts'

export interface ContactLead {
  readonly contactId: string
  readonly leadId: string
  readonly gone: boolean
}

const contactLeadRow = z
  .object({ contact_id: z.string(), lead_id: z.string(), gone: z.number() })
  .transform((row): ContactLead => ({ contactId: row.contact_id, leadId: row.lead_id, gone: row.gone === 1 }))

/** Leads that contacts have and had, by contact or by lead. */
export async function loadContactLeads(
  warehouse: Warehouse,
  ws: number,
  by: { readonly column: 'contact_id' | 'lead_id'; readonly ids: readonly string[] },
): Promise<readonly ContactLead[]> {
  if (by.ids.length === 0) return []
  return await warehouse.query(
    `SELECT contact_id, lead_id, gone FROM contact_leads
     WHERE ws = {ws:UInt32} AND ${by.column} IN {ids:Array(UUID)}
     ORDER BY version DESC LIMIT 1 BY contact_id, lead_id`,
    { row: contactLeadRow, params: { ws, ids: by.ids } },
  )
}

const traits = z.record(z.string(), z.unknown()).catch({})

const leadRow = z
  .looseObject({
    lead_id: z.string(),
    company_id: z.string(),
    primary_email: z.string(),
    name: z.string(),
    quarantined: z.number(),
    stage: z.string(),
    first_seen: z.string(),
    last_seen: z.string(),
  })
  .transform((stored): LeadState => {
    const row = parseColumns(stored)
    return {
      leadId: stored.lead_id,
      companyId: stored.company_id,
      email: stored.primary_email,
      name: stored.name,
      quarantined: stored.quarantined === 1,
      stage: stored.stage,
      firstSeenMs: fromDateTime(stored.first_seen),
      lastSeenMs: fromDateTime(stored.last_seen),
      traits: traits.parse(row['traits']),
      row,
    }
  })

export async function loadLeads(
  warehouse: Warehouse,
  ws: number,
  leadIds: readonly string[],
): Promise<Map<string, LeadState>> {
  if (leadIds.length === 0) return new Map()
  const rows = await warehouse.query(
    // Every column: the mapping may name any of them.
    `SELECT * FROM leads_raw FINAL WHERE ws = {ws:UInt32} AND lead_id IN {leadIds:Array(UUID)}`,
    { row: leadRow, params: { ws, leadIds } },
  )
  return new Map(rows.map((lead) => [lead.leadId, lead]))
}

export interface StoredSession extends SessionState {
  readonly gone: boolean
}

const sessionRow = z
  .object({
    lead_id: z.string(),
    session_id: z.string(),
    started_at: z.string(),
    ended_at: z.string(),
    duration_s: z.number(),
    pages: z.number(),
    events: z.number(),
    entry_url: z.string(),
    top_pages: z.array(z.string()),
    top_events: z.array(z.string()),
    referrer: z.string(),
    source: z.string(),
    medium: z.string(),
    campaign: z.string(),
    gone: z.number(),
  })
  .transform((row): StoredSession => ({
    sessionId: row.session_id,
    leadId: row.lead_id,
    startedAtMs: fromDateTime(row.started_at),
    endedAtMs: fromDateTime(row.ended_at),
    durationS: row.duration_s,
    pages: row.pages,
    events: row.events,
    entryUrl: row.entry_url,
    topPages: row.top_pages,
    topEvents: row.top_events,
    referrer: row.referrer,
    source: row.source,
    medium: row.medium,
    campaign: row.campaign,
    gone: row.gone === 1,
  }))

/** Sessions of leads, gone ones included: their timeline rows may still stand. */
export async function loadSessions(
  warehouse: Warehouse,
  ws: number,
  leadIds: readonly string[],
): Promise<readonly StoredSession[]> {
  if (leadIds.length === 0) return []
  return await warehouse.query(
    `SELECT lead_id, session_id, started_at, ended_at, duration_s, pages, events, entry_url, top_pages, top_events,
       referrer, source, medium, campaign, gone
     FROM sessions_raw WHERE ws = {ws:UInt32} AND lead_id IN {leadIds:Array(UUID)}
     ORDER BY version DESC LIMIT 1 BY lead_id, session_id`,
    { row: sessionRow, params: { ws, leadIds } },
  )
}

/** Which leads these sessions lie with now. Reads by session, so only for the few that vanished from a lead. */
export async function loadLeadsOfSessions(
  warehouse: Warehouse,
  ws: number,
  sessionIds: readonly string[],
): Promise<readonly { readonly session_id: string; readonly lead_id: string }[]> {
  if (sessionIds.length === 0) return []
  return await warehouse.query(
    `SELECT session_id, lead_id FROM sessions_raw FINAL
     WHERE ws = {ws:UInt32} AND session_id IN {sessionIds:Array(UUID)}`,
    { row: z.object({ session_id: z.string(), lead_id: z.string() }), params: { ws, sessionIds } },
  )
}
