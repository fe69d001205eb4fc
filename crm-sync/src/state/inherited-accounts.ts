import { z } from 'zod'
import { isActive } from '../plan/link.ts'
import type { StoredCompany } from './companies.ts'
import { loadLinks, type StoredLink } from './links.ts'
import type { Scope } from './load-round.ts'

const formerRow = z
  .object({ company_id: z.string(), domain: z.string(), gone: z.number() })
  .transform((row) => ({
    companyId: row.company_id,
    domain: row.domain.toLowerCase(),
    isGone: row.gone === 1,
  }))

/**
 * A company that was known by its domain vanishes when a group claims the domain, or the other way round. Its Account,
 * or the deletion of it, goes along: by company id, the link to take over.
 */
export async function loadInheritedAccounts(
  { warehouse, ws }: Scope,
  companies: readonly StoredCompany[],
  links: ReadonlyMap<string, StoredLink>,
): Promise<Map<string, StoredLink>> {
  const heirs = new Map(
    companies
      .filter(({ companyId, domain }) => domain !== '' && !hasRecord(links.get(companyId)))
      .map(({ companyId, domain }) => [domain, companyId]),
  )
  if (heirs.size === 0) return new Map()
  const known = await warehouse.query(
    `SELECT company_id, domain, gone FROM companies_raw
     WHERE ws = {ws:UInt32} AND domain IN {domains:Array(String)}
     ORDER BY version DESC LIMIT 1 BY company_id`,
    { row: formerRow, params: { ws, domains: [...heirs.keys()] } },
  )
  const former = known.filter(({ isGone }) => isGone)
  const ids = former.map(({ companyId }) => companyId)
  const formerLinks = await loadLinks(warehouse, ws, { kind: 'company', ids })
  const inherited = new Map<string, StoredLink>()
  for (const { companyId, domain } of former) {
    const heir = heirs.get(domain)
    const link = formerLinks.get(companyId)
    if (heir === undefined || link === undefined || !hasRecord(link)) continue
    if (!isActive(inherited.get(heir))) inherited.set(heir, link)
  }
  return inherited
}

const hasRecord = (link: StoredLink | undefined): boolean => link?.status === 'deleted' || isActive(link)
