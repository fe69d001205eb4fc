import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { readPage, type Listing } from './paging.ts'

const companyRow = z.object({
  companyId: z.string(),
  name: z.string(),
  domain: z.string(),
  keyKind: z.string(),
  leads: z.coerce.number(),
  lastSeen: z.string(),
  owner: z.string(),
  crmId: z.string(),
})
export type CompanyRow = z.output<typeof companyRow>

export interface CompanyFilter {
  readonly ws: number
  /** Part of a name or domain; empty for all. */
  readonly text: string
  readonly page: number
}

/** Companies, those with the latest visit first. */
export const readCompanies = async (
  warehouse: Pick<Warehouse, 'query'>,
  { page, ...params }: CompanyFilter,
): Promise<Listing<CompanyRow>> =>
  await readPage(
    warehouse,
    `SELECT c.company_id AS companyId, c.name AS name, c.domain AS domain, c.key_kind AS keyKind, l.leads AS leads,
            l.lastSeen AS lastSeen, c.owner_name AS owner, c.crm_id AS crmId
     FROM companies AS c
     LEFT JOIN (SELECT company_id, count() AS leads, max(last_seen) AS lastSeen FROM leads
                WHERE ws = {ws:UInt32} GROUP BY company_id) AS l ON l.company_id = c.company_id
     WHERE c.ws = {ws:UInt32} AND ({text:String} = '' OR positionCaseInsensitiveUTF8(c.name, {text:String}) > 0
       OR positionCaseInsensitiveUTF8(c.domain, {text:String}) > 0)
     ORDER BY lastSeen DESC, companyId`,
    { row: companyRow, page, params },
  )

/** Reads one row, and its leads'. */
export async function readCompany(
  warehouse: Pick<Warehouse, 'query'>,
  key: { readonly ws: number; readonly companyId: string },
): Promise<CompanyRow | undefined> {
  const [row] = await warehouse.query(
    `SELECT company_id AS companyId, name, domain, key_kind AS keyKind, leads, last_seen AS lastSeen,
            owner_name AS owner, crm_id AS crmId
     FROM companies WHERE ws = {ws:UInt32} AND company_id = {companyId:UUID}`,
    { row: companyRow, params: { ...key } },
  )
  return row
}
