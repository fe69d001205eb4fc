import { CRM_WORK_TOPIC, crmWorkKey, encodeCrmWork, type CrmWork } from '@leadline/contract'
import type { Stream } from '@leadline/stream'
import type { CompaniesRow, CompanyDomainsRow, Warehouse } from '@leadline/warehouse'
import { NO_NODE, type NodeId, type NodeRef } from '../identity/fact-source.ts'
import { foldTraits } from '../profile/fold-traits.ts'
import { NO_TOTALS, readCompanyTotals } from '../reads/read-company-totals.ts'
import {
  readClaimsOfCompanies,
  readClaimsOnDomains,
  readCompanySizes,
  readDomainOwners,
  readLeadsOfCompanies,
} from '../reads/read-groups.ts'
import { readNodes } from '../reads/read-nodes.ts'
import { readTraits } from '../reads/read-profiles.ts'
import { readCompanies } from '../reads/read-stored-rows.ts'
import { diffRows } from '../reconcile/diff-rows.ts'
import type { VersionClock } from '../reconcile/version-clock.ts'
import type { Workspace } from '../workspaces.ts'
import { buildCompanyRow } from './build-company.ts'
import { toCompanyKey } from './company-of-mail.ts'
import { findDomainOwner } from './domain-owner.ts'
import { GROUP_KEY } from './extract-groups.ts'
import { touchCompanies, touchLeads } from './touch-companies.ts'
import { touchJudged } from './touch-judged.ts'

export interface CompanyDependencies {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly versions: VersionClock
}

/**
 * Builds these companies from what groups said and which leads name them, and attaches domains to groups. Where a domain
 * changes hands, its leads and both companies are touched first and built again in a later batch, when it is written.
 * Work for the people of a company that is new, or called otherwise, is appended when its row is there, and before that
 * as well: a repeat after a crash finds the row and no difference.
 */
export async function settleCompanies(
  dependencies: CompanyDependencies,
  workspace: Workspace,
  ids: readonly NodeId[],
): Promise<void> {
  if (ids.length === 0) return
  const { warehouse, stream, versions } = dependencies
  const [domains, contents] = await Promise.all([
    decideDomains(warehouse, workspace, ids),
    readContents(warehouse, workspace, ids),
  ])
  const moved = [...domains.decided].filter(([domain, owner]) => domains.stored.get(domain) !== owner)
  const companyOfDomain = (domain: string): NodeId => workspace.hash('company', toCompanyKey(domain))
  const [version] = await Promise.all([
    versions.next(workspace.id),
    touchMoved(dependencies, workspace, {
      domains: moved.map(([domain]) => companyOfDomain(domain)),
      owners: moved.flatMap(([domain, owner]) => [owner ?? [], domains.stored.get(domain) ?? []].flat()),
    }),
  ])
  const toRow = ([domain, owner]: readonly [string, NodeId | undefined]): CompanyDomainsRow => ({
    ws: workspace.id,
    domain,
    company_id: owner ?? companyOfDomain(domain),
    version,
    gone: owner === undefined ? 1 : 0,
  })
  await warehouse.insert('company_domains', moved.map(toRow))
  const { rows, renamed } = buildCompanies(workspace, { ids, ...domains, ...contents })
  const work = await planWork(warehouse, workspace.id, { ids, renamed, version })
  await Promise.all([
    touchJudged(dependencies, workspace, { stored: contents.rows, changed: rows }),
    appendWork(stream, work.people),
  ])
  await warehouse.insert(
    'companies_raw',
    rows.map((row) => ({ ...row, version })),
  )
  await appendWork(stream, [...work.companies, ...work.people])
}

async function appendWork(stream: Stream, works: readonly CrmWork[]): Promise<void> {
  if (works.length === 0) return
  await stream.append(
    CRM_WORK_TOPIC,
    works.map((work) => ({ key: crmWorkKey(work), value: encodeCrmWork(work) })),
  )
}

/** Owners of all domains around these companies, as they should be and as they are stored. */
async function decideDomains(warehouse: Warehouse, { id: ws }: Workspace, ids: readonly NodeId[]) {
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
  const byDomain = Map.groupBy(claims, ({ domain }) => domain)
  const decided = new Map(
    [...domains].map((domain) => [domain, findDomainOwner(byDomain.get(domain) ?? [], leadsAt(domain))]),
  )
  return { sizes, claims: ownClaims, decided, stored }
}

async function touchMoved(
  { warehouse, stream }: CompanyDependencies,
  { id: ws }: Workspace,
  { domains, owners }: { readonly domains: readonly NodeId[]; readonly owners: readonly NodeId[] },
): Promise<void> {
  if (domains.length === 0) return
  const leads = await readLeadsOfCompanies(warehouse, ws, domains)
  const nodes = await readNodes(
    warehouse,
    ws,
    leads.map(({ lead_id }) => lead_id),
  )
  await touchLeads(
    stream,
    ws,
    nodes.map(({ kind, id }): NodeRef => ({ kind, id })),
  )
  await touchCompanies(stream, ws, [...domains, ...owners])
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

/** New, or called otherwise: what stands in the records of its people. */
const isRenamed = (wanted: Named, stored: Named | undefined): boolean =>
  wanted.name !== stored?.name || wanted.domain !== stored.domain

/** Whoever was planned for a company that was not there yet, or was called otherwise, is planned again. */
async function planWork(
  warehouse: Warehouse,
  workspace: number,
  {
    ids,
    renamed,
    version,
  }: { readonly ids: readonly NodeId[]; readonly renamed: readonly NodeId[]; version: string },
): Promise<Readonly<Record<'companies' | 'people', readonly CrmWork[]>>> {
  const leads = await readLeadsOfCompanies(warehouse, workspace, renamed)
  const contacts = new Set(leads.filter(({ is_own }) => is_own === 1).map(({ contact_id }) => contact_id))
  const toWork = (kind: CrmWork['kind'], id: NodeId, reason: string): CrmWork => ({
    v: 1,
    workspace,
    kind,
    id,
    reason,
    version,
  })
  return {
    companies: ids.map((id) => toWork('company', id, 'company')),
    people: [...contacts].map((id) => toWork('contact', id, 'lead')),
  }
}
