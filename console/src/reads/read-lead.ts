import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

/** Most rows of each list on the page of one lead. */
const MAX_ROWS = 200

const profileRow = z.object({
  leadId: z.string(),
  contactId: z.string(),
  companyId: z.string(),
  name: z.string(),
  email: z.string(),
  identified: z.number(),
  quarantined: z.number(),
  role: z.number(),
  stage: z.string(),
  firstSeen: z.string(),
  lastSeen: z.string(),
  sessions: z.number(),
  events: z.number(),
  traits: z.string(),
  company: z.string(),
  domain: z.string(),
  owner: z.string(),
  crmId: z.string(),
  crmObject: z.string(),
})
const sessionRow = z.object({
  sessionId: z.string(),
  startedAt: z.string(),
  durationS: z.number(),
  pages: z.number(),
  events: z.number(),
  entryUrl: z.string(),
  source: z.string(),
  medium: z.string(),
  campaign: z.string(),
  device: z.string(),
  browser: z.string(),
})
export type LeadProfile = z.output<typeof profileRow>
export type SessionRow = z.output<typeof sessionRow>

export interface LeadKey {
  readonly ws: number
  readonly leadId: string
}

export async function readProfile(
  warehouse: Pick<Warehouse, 'query'>,
  key: LeadKey,
): Promise<LeadProfile | undefined> {
  const [profile] = await warehouse.query(
    `SELECT l.lead_id AS leadId, l.contact_id AS contactId, l.company_id AS companyId, l.name AS name,
            l.primary_email AS email, l.identified AS identified, l.quarantined AS quarantined, l.role AS role,
            l.stage AS stage, l.first_seen AS firstSeen, l.last_seen AS lastSeen, l.sessions AS sessions,
            l.events AS events, l.traits AS traits, c.name AS company, c.domain AS domain, l.owner_name AS owner,
            l.crm_id AS crmId, l.crm_object AS crmObject
     FROM leads AS l LEFT JOIN companies AS c ON c.ws = l.ws AND c.company_id = l.company_id
     WHERE l.ws = {ws:UInt32} AND l.lead_id = {leadId:UUID}`,
    { row: profileRow, params: { ...key } },
  )
  return profile
}

export const readSessions = async (
  warehouse: Pick<Warehouse, 'query'>,
  key: LeadKey,
): Promise<SessionRow[]> =>
  await warehouse.query(
    `SELECT session_id AS sessionId, started_at AS startedAt, duration_s AS durationS, pages, events,
            entry_url AS entryUrl, source, medium, campaign, device, browser
     FROM sessions WHERE ws = {ws:UInt32} AND lead_id = {leadId:UUID}
     ORDER BY started_at DESC LIMIT ${MAX_ROWS}`,
    { row: sessionRow, params: { ...key } },
  )
