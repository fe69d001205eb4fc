import type {
  CompaniesRow,
  CompanyLeadsRow,
  ContactLeadsRow,
  LeadsRow,
  QualificationsRow,
  SessionsRow,
  Warehouse,
} from '@leadline/warehouse'
import { z } from 'zod'
import { queryByIds } from './in-chunks.ts'

/** Rows as they stand, to find out which differ. `gone` ones are left out by FINAL. */
export type Stored<Row> = Omit<Row, 'version'>

const int = z.number()
const text = z.string()

const leadRow = z.object({
  ws: int,
  lead_id: text,
  contact_id: text,
  company_id: text,
  primary_email: text,
  name: text,
  identified: int,
  quarantined: int,
  role: int,
  stage: text,
  first_seen: text,
  last_seen: text,
  sessions: int,
  events: int,
  traits: text,
  provenance: text,
  stage_at: text.nullable(),
  first_touch: text,
  last_touch: text,
  lead_touch: text,
  score: z.number(),
  score_at: text.nullable(),
  score_half_life_s: int,
  score_parts: text,
  assigned_owner: text,
  gone: int,
})

const sessionRow = z.object({
  ws: int,
  lead_id: text,
  session_id: text,
  started_at: text,
  ended_at: text,
  duration_s: int,
  pages: int,
  events: int,
  entry_url: text,
  exit_url: text,
  top_pages: z.array(text),
  top_events: z.array(text),
  referrer: text,
  source: text,
  medium: text,
  campaign: text,
  term: text,
  content: text,
  click_ids: text,
  device: text,
  browser: text,
  os: text,
  country: text,
  gone: int,
})

const companyRow = z.object({
  ws: int,
  company_id: text,
  key_kind: z.enum(['group', 'domain', 'manual']),
  key: text,
  name: text,
  domain: text,
  parent_id: text,
  domains: z.array(text),
  traits: text,
  provenance: text,
  first_seen: text,
  last_seen: text,
  leads: int,
  first_touch: text,
  last_touch: text,
  lead_touch: text,
  score: z.number(),
  score_at: text.nullable(),
  score_half_life_s: int,
  gone: int,
})

const contactLeadRow = z.object({ ws: int, contact_id: text, lead_id: text, gone: int })

const companyLeadRow = z.object({
  ws: int,
  company_id: text,
  lead_id: text,
  domain: text,
  is_own: int,
  is_member: int,
  first_seen: text,
  last_seen: text,
  gone: int,
})

const qualificationRow = z.object({
  ws: int,
  lead_id: text,
  rule: text,
  message_id: text,
  node_id: text,
  at: text,
  stage: text,
  facts: text,
  gone: int,
})

const read =
  <Row>(table: string, key: string, row: z.ZodType<Row> & z.ZodObject) =>
  (warehouse: Warehouse, workspace: number, ids: Iterable<string>): Promise<readonly Row[]> =>
    queryByIds(warehouse, {
      sql: `SELECT ${Object.keys(row.shape).join(', ')} FROM ${table} FINAL
        WHERE ws = {ws:UInt32} AND ${key} IN {ids:Array(UUID)}`,
      row,
      workspace,
      ids,
    })

export const readLeads = read<Stored<LeadsRow>>('leads_raw', 'lead_id', leadRow)
/** By lead. */
export const readSessions = read<Stored<SessionsRow>>('sessions_raw', 'lead_id', sessionRow)
export const readCompanies = read<Stored<CompaniesRow>>('companies_raw', 'company_id', companyRow)
/** By lead. */
export const readContactLeads = read<Stored<ContactLeadsRow>>('contact_leads', 'lead_id', contactLeadRow)
/** By lead. */
export const readCompanyLeads = read<Stored<CompanyLeadsRow>>('company_leads', 'lead_id', companyLeadRow)
/** By lead. */
export const readQualifications = read<Stored<QualificationsRow>>(
  'qualifications_raw',
  'lead_id',
  qualificationRow,
)
