import { z } from 'zod'
import type { Scope } from './load-round.ts'
import { loadContactLeads } from './people.ts'

/** Of these companies those that other leads are in as well. */
export async function findOthersIn(
  { warehouse, ws }: Scope,
  companyIds: readonly string[],
  leadIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (companyIds.length === 0) return new Set()
  const rows = await warehouse.query(
    `SELECT company_id FROM company_leads FINAL
     WHERE ws = {ws:UInt32} AND company_id IN {companyIds:Array(UUID)} AND is_own = {own:UInt8} AND lead_id NOT IN {leadIds:Array(UUID)}
     ORDER BY version DESC LIMIT 1 BY company_id`,
    { row: z.object({ company_id: z.string() }), params: { ws, companyIds, leadIds, own: 1 } },
  )
  return new Set(rows.map((row) => row.company_id))
}

export interface PeoplePage {
  readonly contactIds: readonly string[]
  /** Where the next page goes on; undefined after the last one. */
  readonly after: string | undefined
}

/** Contacts of leads whose own company is one of these, page by page in the order of the lead. */
export async function loadPeopleOf(
  { warehouse, ws }: Scope,
  companyIds: readonly string[],
  page: { readonly after: string; readonly limit: number },
): Promise<PeoplePage> {
  const rows = await warehouse.query(
    `SELECT lead_id FROM company_leads FINAL
     WHERE ws = {ws:UInt32} AND company_id IN {companyIds:Array(UUID)} AND is_own = {own:UInt8} AND lead_id > {after:UUID}
     ORDER BY lead_id LIMIT {limit:UInt32}`,
    { row: z.object({ lead_id: z.string() }), params: { ws, companyIds, own: 1, ...page } },
  )
  const leadIds = rows.map((row) => row.lead_id)
  const contacts = await loadContactLeads(warehouse, ws, { column: 'lead_id', ids: leadIds })
  return {
    contactIds: [...new Set(contacts.filter(({ gone }) => !gone).map(({ contactId }) => contactId))],
    after: leadIds.length < page.limit ? undefined : leadIds.at(-1),
  }
}
