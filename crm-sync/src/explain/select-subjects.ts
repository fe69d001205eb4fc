import { z } from 'zod'
import type { Scope } from '../state/load-round.ts'
import { toCondition, type Filter, type FilterKey } from './filter.ts'

export interface Subject {
  readonly kind: 'contact' | 'company'
  readonly id: string
}

/** What leads and companies can be chosen by. */
export const SUBJECT_KEYS: Readonly<Record<string, FilterKey>> = {
  stage: { sql: 'stage = ?', type: 'String' },
  domain: { sql: `endsWith(lower(primary_email), concat('@', lower(?)))`, type: 'String' },
  since: { sql: 'last_seen >= ?', type: 'DateTime64(3)' },
  until: { sql: 'last_seen < ?', type: 'DateTime64(3)' },
}

const idRow = z.object({ id: z.string() }).transform(({ id }) => id)

/** Contacts that may be synced, page by page in the order of their id; `after` goes on where a page ended. */
export async function selectContacts(
  { warehouse, ws }: Scope,
  filter: Filter,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly string[]> {
  const { sql, params } = toCondition(filter, SUBJECT_KEYS)
  return await warehouse.query(
    `SELECT contact_id AS id FROM leads_raw FINAL
     WHERE ws = {ws:UInt32} AND primary_email != '' AND quarantined = 0 AND contact_id > {after:UUID}${sql}
     GROUP BY contact_id ORDER BY contact_id LIMIT {limit:UInt32}`,
    { row: idRow, params: { ws, ...page, ...params } },
  )
}

/** Contacts of a mail address, a lead id or a contact id. */
export async function findContacts({ warehouse, ws }: Scope, who: string): Promise<readonly string[]> {
  const isId = z.guid().safeParse(who).success
  return await warehouse.query(
    isId
      ? `SELECT contact_id AS id FROM leads_raw FINAL WHERE ws = {ws:UInt32} AND (lead_id = {who:UUID} OR contact_id = {who:UUID}) GROUP BY contact_id`
      : `SELECT contact_id AS id FROM leads_raw FINAL WHERE ws = {ws:UInt32} AND lower(primary_email) = lower({who:String}) GROUP BY contact_id`,
    { row: idRow, params: { ws, who } },
  )
}

/** Companies of an id or a domain. */
export async function findCompanies({ warehouse, ws }: Scope, which: string): Promise<readonly string[]> {
  const isId = z.guid().safeParse(which).success
  return await warehouse.query(
    isId
      ? 'SELECT company_id AS id FROM companies_raw FINAL WHERE ws = {ws:UInt32} AND company_id = {which:UUID}'
      : 'SELECT company_id AS id FROM companies_raw FINAL WHERE ws = {ws:UInt32} AND domain = lower({which:String})',
    { row: idRow, params: { ws, which } },
  )
}
