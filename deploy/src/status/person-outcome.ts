import type { WorkspaceSettings } from '@leadline/contract'
import { NIL_UUID, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

/** What became of one person. `reason` says why something of it is missing; null when nothing is. */
export interface PersonOutcome {
  readonly lead: string | null
  /** Its name. */
  readonly company: string | null
  readonly crm: { readonly object: string; readonly url: string; readonly status: string } | null
  readonly reason: string | null
}

const leadRow = z.object({
  lead: z.string(),
  contact: z.string(),
  companyId: z.string(),
  quarantined: z.number(),
  company: z.string(),
})
type LeadRow = z.output<typeof leadRow>

/** Looks a mail address up: its lead, its company, its CRM record, or why there is none. */
export async function readPersonOutcome(
  warehouse: Warehouse,
  { id: ws, crm: settings }: WorkspaceSettings,
  email: string,
): Promise<PersonOutcome> {
  const mail = email.trim().toLowerCase()
  const lead = await findLead(warehouse, ws, mail)
  if (!lead) return { lead: null, company: null, crm: null, reason: await explainNoLead(warehouse, ws, mail) }
  const link = await findLink(warehouse, ws, lead.contact)
  const crm =
    link && settings
      ? {
          object: link.object,
          url: `${settings.loginUrl.replace(/\/$/, '')}/${link.crmId}`,
          status: link.status,
        }
      : null
  return {
    lead: lead.lead,
    company: lead.company === '' ? null : lead.company,
    crm,
    reason: crm ? explainNoCompany(lead) : await explainNoRecord({ warehouse, ws, lead, settings }),
  }
}

async function findLead(warehouse: Warehouse, ws: number, mail: string): Promise<LeadRow | undefined> {
  const [row] = await warehouse.query(
    `SELECT l.lead_id AS lead, l.contact_id AS contact, l.company_id AS companyId, l.quarantined AS quarantined,
            c.name AS company
     FROM leads_raw AS l FINAL
     LEFT JOIN (SELECT ws, company_id, name FROM companies_raw FINAL WHERE gone = 0) AS c
       ON c.ws = l.ws AND c.company_id = l.company_id
     WHERE l.ws = {ws:UInt32} AND l.gone = 0 AND l.primary_email = {mail:String}
     ORDER BY l.last_seen DESC LIMIT 1`,
    { row: leadRow, params: { ws, mail } },
  )
  return row
}

async function findLink(
  warehouse: Warehouse,
  ws: number,
  contact: string,
): Promise<{ object: string; crmId: string; status: string } | undefined> {
  const [row] = await warehouse.query(
    `SELECT object, crm_id AS crmId, status FROM crm_links
     WHERE ws = {ws:UInt32} AND kind = 'contact' AND id = {contact:UUID} AND crm_id != ''`,
    {
      row: z.object({ object: z.string(), crmId: z.string(), status: z.string() }),
      params: { ws, contact },
    },
  )
  return row
}

async function explainNoLead(warehouse: Warehouse, ws: number, mail: string): Promise<string> {
  const [row] = await warehouse.query(
    `SELECT count() AS stored, countIf(mail_node != {nil:UUID}) AS accepted FROM events_raw
     WHERE ws = {ws:UInt32} AND lower(JSONExtractString(traits, 'email')) = {mail:String}`,
    {
      row: z.object({ stored: z.coerce.number(), accepted: z.coerce.number() }),
      params: { ws, mail, nil: NIL_UUID },
    },
  )
  if (!row || row.stored === 0) return 'No event with this address is stored yet.'
  return row.accepted === 0
    ? 'The address is not taken for a person: it is malformed, or on the list of placeholder addresses.'
    : 'The events are stored; who they belong to is being worked out, or the address is shared by too many people.'
}

const explainNoCompany = ({ companyId }: LeadRow): string | null =>
  companyId === NIL_UUID
    ? 'No company: the domain of the address belongs to a mail provider, or to nobody known.'
    : null

interface NoRecord {
  readonly warehouse: Warehouse
  readonly ws: number
  readonly lead: LeadRow
  readonly settings: WorkspaceSettings['crm']
}

async function explainNoRecord({ warehouse, ws, lead, settings }: NoRecord): Promise<string> {
  if (!settings) return 'No CRM is set for this workspace.'
  if (lead.quarantined === 1) return 'The lead is held back: its identifiers are shared by too many people.'
  if (settings.create === 'manual' || settings.create === 'companies')
    return `The setting crm.create is ${settings.create}: leads are not created.`
  const [last] = await warehouse.query(
    `SELECT outcome, code, message FROM crm_deliveries
     WHERE ws = {ws:UInt32} AND kind = 'contact' AND id = {contact:UUID} ORDER BY at DESC LIMIT 1`,
    {
      row: z.object({ outcome: z.string(), code: z.string(), message: z.string() }),
      params: { ws, contact: lead.contact },
    },
  )
  if (last?.outcome === 'failed') return `The CRM refused it: ${last.code}: ${last.message}`
  return `In hand: a lead is pushed when it was quiet for ${settings.holdDownMs} ms, at the latest after ${settings.maxHoldMs} ms.`
}
