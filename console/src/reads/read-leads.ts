import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { readPage, type Listing } from './paging.ts'

const leadRow = z.object({
  leadId: z.string(),
  name: z.string(),
  email: z.string(),
  identified: z.number(),
  stage: z.string(),
  lastSeen: z.string(),
  sessions: z.number(),
  events: z.number(),
  company: z.string(),
  owner: z.string(),
  crmObject: z.string(),
})
export type LeadRow = z.output<typeof leadRow>

export interface LeadFilter {
  readonly ws: number
  /** Part of a name, mail address, company or domain, or a lead id; empty for all. */
  readonly text: string
  readonly identifiedOnly: boolean
  readonly companyId: string | undefined
  readonly page: number
}

/** Leads, the last seen first. */
export async function readLeads(
  warehouse: Pick<Warehouse, 'query'>,
  filter: LeadFilter,
): Promise<Listing<LeadRow>> {
  const { page, companyId, ...params } = filter
  const matches = ['name', 'primary_email', 'c.name', 'c.domain']
    .map(
      (column) =>
        `positionCaseInsensitiveUTF8(${column.includes('.') ? column : `l.${column}`}, {text:String}) > 0`,
    )
    .join(' OR ')
  return await readPage(
    warehouse,
    `SELECT l.lead_id AS leadId, l.name AS name, l.primary_email AS email, l.identified AS identified, l.stage AS stage,
            l.last_seen AS lastSeen, l.sessions AS sessions, l.events AS events, c.name AS company,
            l.owner_name AS owner, l.crm_object AS crmObject
     FROM leads AS l LEFT JOIN companies AS c ON c.ws = l.ws AND c.company_id = l.company_id
     WHERE l.ws = {ws:UInt32} AND (NOT {identifiedOnly:Bool} OR l.identified = 1)
       AND ({companyId:String} = '' OR toString(l.company_id) = {companyId:String})
       AND ({text:String} = '' OR toString(l.lead_id) = {text:String} OR ${matches})
     ORDER BY l.last_seen DESC, l.lead_id`,
    { row: leadRow, page, params: { ...params, companyId: companyId ?? '' } },
  )
}
