import type { CompaniesRow, CompanyDomainsRow, Warehouse } from '@leadline/warehouse'
import { NO_NODE, type NodeId } from '../identity/fact-source.ts'
import { foldTraits } from '../profile/fold-traits.ts'
import { NO_TOTALS, readCompanyTotals } from '../reads/read-company-totals.ts'
import {
  readClaimsOfCompanies,
  readClaimsOnDomains,
  readCompanySizes,
  readDomainOwners,
} from '../reads/read-groups.ts'
import { readTraits } from '../reads/read-profiles.ts'
import { readCompanies } from '../reads/read-stored-rows.ts'
import { diffRows } from '../reconcile/diff-rows.ts'
import type { Workspace } from '../workspaces.ts'
import { buildCompanyRow } from './build-company.ts'
import { toCompanyKey } from './company-of-mail.ts'
import { findDomainOwner } from './domain-owner.ts'
import { GROUP_KEY } from './extract-groups.ts'
import { isOwnable } from './website-domain.ts'

type Draft<Row> = Omit<Row, 'version'>

/** How what is stored of some companies differs from what groups said and which leads name them. */
export interface CompanyPlan {
  readonly stored: readonly Draft<CompaniesRow>[]
  /** Rows to write. */
  readonly rows: readonly Draft<CompaniesRow>[]
  /** New, or called otherwise: what stands in the records of its people. */
  readonly renamed: readonly NodeId[]
  /** Domains that have another owner now. */
  readonly domains: readonly Draft<CompanyDomainsRow>[]
  /** Companies named by such a domain. */
  readonly movedDomains: readonly NodeId[]
  /** Who had or has one. */
  readonly owners: readonly NodeId[]
}

/** Builds these companies as they should be. Writes nothing. */
export async function planCompanies(
  warehouse: Warehouse,
  workspace: Workspace,
  ids: readonly NodeId[],
): Promise<CompanyPlan> {
  const [owned, contents] = await Promise.all([
    decideDomains(warehouse, workspace, ids),
    readContents(warehouse, workspace, ids),
  ])
  const moved = [...owned.decided].filter(([domain, owner]) => owned.stored.get(domain) !== owner)
  const companyOfDomain = (domain: string): NodeId => workspace.hash('company', toCompanyKey(domain))
  return {
    stored: contents.rows,
    ...buildCompanies(workspace, { ids, ...owned, ...contents }),
    domains: moved.map(([domain, owner]) => ({
      ws: workspace.id,
      domain,
      company_id: owner ?? companyOfDomain(domain),
      gone: owner === undefined ? 1 : 0,
    })),
    movedDomains: moved.map(([domain]) => companyOfDomain(domain)),
    owners: moved.flatMap(([domain, owner]) => [owner ?? [], owned.stored.get(domain) ?? []].flat()),
  }
}

/** Owners of all domains around these companies, as they should be and as they are stored. */
async function decideDomains(warehouse: Warehouse, { id: ws, lists }: Workspace, ids: readonly NodeId[]) {
  const [sizes, ownClaims] = await Promise.all([
    readCompanySizes(warehouse, ws, ids),
    readClaimsOfCompanies(warehouse, ws, ids),
  ])
  const domains = new Set([...sizes, ...ownClaims].map(({ domain }) => domain))
  domains.delete('')
  const [claims, stored] = await Promise.all([
    readClaimsOnDomains(warehouse, ws, domains),
    readDomainOwners(warehouse, ws, domains),
  ])
  const claimants = await readCompanySizes(
    warehouse,
    ws,
    claims.map(({ company }) => company),
  )
  const leadsAt = (domain: string) => (company: NodeId) =>
    claimants.find((size) => size.company === company && size.domain === domain)?.members ?? 0
  const counting = claims.filter(({ domain }) => isOwnable(domain, lists))
  const byDomain = Map.groupBy(counting, ({ domain }) => domain)
  const decided = new Map(
    [...domains].map((domain) => [domain, findDomainOwner(byDomain.get(domain) ?? [], leadsAt(domain))]),
  )
  return { sizes, claims: ownClaims, decided, stored }
}

/** What is told of these companies, what is stored of them, and what their leads amount to. */
async function readContents(warehouse: Warehouse, { id: ws }: Workspace, ids: readonly NodeId[]) {
  const [traits, rows, totals] = await Promise.all([
    readTraits(warehouse, ws, ids),
    readCompanies(warehouse, ws, ids),
    readCompanyTotals(warehouse, ws, ids),
  ])
  return { traits, rows, totals }
}

interface CompanyScope
  extends Awaited<ReturnType<typeof decideDomains>>, Awaited<ReturnType<typeof readContents>> {
  readonly ids: readonly NodeId[]
}

/** No inference: which company is part of which, people say. */
const parentsOf = ({ hash, settings }: Workspace): ReadonlyMap<NodeId, NodeId> =>
  new Map(
    Object.entries(settings.companies.parents).map(([child, parent]) => [
      hash('company', child),
      hash('company', parent),
    ]),
  )

function buildCompanies(
  workspace: Workspace,
  { ids, sizes, claims, decided: owners, traits, rows: stored, totals }: CompanyScope,
) {
  const parents = parentsOf(workspace)
  const sizesOf = Map.groupBy(sizes, ({ company }) => company)
  const traitsOf = Map.groupBy(traits, ({ node }) => node)
  const claimsOf = Map.groupBy(claims, ({ company }) => company)
  const wanted = ids.flatMap((company) => {
    const own = traitsOf.get(company) ?? []
    const isGroup = own.some(({ key }) => key === GROUP_KEY)
    const named = (isGroup ? claimsOf : sizesOf).get(company) ?? []
    const domains = [...new Set(named.map(({ domain }) => domain))].filter((domain) =>
      isGroup
        ? owners.get(domain) === company
        : owners.get(domain) === undefined && workspace.hash('company', toCompanyKey(domain)) === company,
    )
    const row = buildCompanyRow({
      workspace: workspace.id,
      company,
      parent: parents.get(company) ?? NO_NODE,
      profile: foldTraits(own, workspace.settings.identity.traits),
      sizes: sizesOf.get(company) ?? [],
      totals: totals.get(company) ?? NO_TOTALS,
      domains: domains.toSorted(),
    })
    return row ? [row] : []
  })
  const known = new Map(stored.map((row) => [row.company_id, row]))
  return {
    rows: diffRows<Omit<CompaniesRow, 'version'>>(wanted, stored, ({ company_id }) => company_id),
    renamed: wanted
      .filter((row) => isRenamed(row, known.get(row.company_id)))
      .map(({ company_id }) => company_id),
  }
}

type Named = Pick<CompaniesRow, 'name' | 'domain'>

const isRenamed = (wanted: Named, stored: Named | undefined): boolean =>
  wanted.name !== stored?.name || wanted.domain !== stored.domain
