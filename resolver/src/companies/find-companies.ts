import type { CompanyLeadsRow, LeadsRow } from '@leadline/warehouse'
import { NO_NODE, type NodeId } from '../identity/fact-source.ts'
import { readDomainOwners, readMemberships } from '../reads/read-groups.ts'
import type { Draft } from '../reconcile/build-lead.ts'
import type { LeadMembers } from '../reconcile/find-members.ts'
import type { Sources } from '../reconcile/sources.ts'
import {
  findCompanyConditions,
  toCompanyFields,
  type CompanyFields,
  type CompanyOfLead,
} from '../qualification/company-fields.ts'
import { readCompanies } from '../reads/read-stored-rows.ts'
import { readMail, toCompanyKey } from './company-of-mail.ts'
import { findOwnCompany } from './own-company.ts'

/** Which companies the leads of one portion name, and which is theirs. */
export interface CompanyFinder {
  /** NO_NODE where there is none. */
  ownOf(lead: LeadMembers): NodeId
  /** What rules may ask of it, where any asks. */
  fieldsOf(lead: LeadMembers): CompanyOfLead
  /** A row for each company that the lead ever named, by a group or by a mail. */
  rowsOf(
    lead: LeadMembers,
    seen: Pick<LeadsRow, 'first_seen' | 'last_seen'>,
  ): readonly Draft<CompanyLeadsRow>[]
}

export async function createCompanyFinder(
  { warehouse, workspace }: Sources,
  leads: readonly LeadMembers[],
): Promise<CompanyFinder> {
  const { hash, lists } = workspace
  const domainOf = (address: string): string => readMail(address, lists).companyDomain
  const domains = leads.flatMap(({ primary }) => (primary ? domainOf(primary.address) : []))
  const [memberships, owners] = await Promise.all([
    readMemberships(
      warehouse,
      workspace.id,
      leads.flatMap(({ traitNodes }) => traitNodes),
    ),
    readDomainOwners(
      warehouse,
      workspace.id,
      domains.filter((domain) => domain !== ''),
    ),
  ])
  const byNode = Map.groupBy(memberships, ({ node }) => node)
  const membershipsOf = ({ traitNodes }: LeadMembers) => traitNodes.flatMap((id) => byNode.get(id) ?? [])
  const companyOfDomain = (domain: string): NodeId => hash('company', toCompanyKey(domain))
  const primaryDomainOf = ({ primary }: LeadMembers): string => (primary ? domainOf(primary.address) : '')
  const byMail = (lead: LeadMembers): NodeId => {
    const domain = primaryDomainOf(lead)
    return domain === '' ? NO_NODE : (owners.get(domain) ?? companyOfDomain(domain))
  }
  const ownOf = (lead: LeadMembers): NodeId =>
    lead.isVoid ? NO_NODE : findOwnCompany({ memberships: membershipsOf(lead), byMail: byMail(lead) })
  const fields = await readFields({ warehouse, workspace }, leads.map(ownOf))
  return {
    ownOf,
    fieldsOf: (lead) => {
      const own = ownOf(lead)
      return own === NO_NODE ? undefined : (fields.get(own) ?? 'pending')
    },
    rowsOf: (lead, seen) => {
      const own = ownOf(lead)
      const groups = new Set(membershipsOf(lead).map(({ company }) => company))
      const named = new Map([...groups].map((company) => [company, primaryDomainOf(lead)]))
      if (own !== NO_NODE) named.set(own, primaryDomainOf(lead))
      for (const domain of lead.mails.map(({ address }) => domainOf(address)))
        if (domain !== '') named.set(companyOfDomain(domain), domain)
      const ids = { ws: workspace.id, lead_id: lead.lead.id }
      return [...named].map(([company, domain]) =>
        toRow({ ...ids, company_id: company, domain, ...seen }, { isOwn: company === own, groups }),
      )
    },
  }
}

/** Companies are written after their leads: what is not there yet has them looked at again when it comes. */
async function readFields(
  { warehouse, workspace }: Pick<Sources, 'warehouse' | 'workspace'>,
  own: readonly NodeId[],
): Promise<ReadonlyMap<NodeId, CompanyFields>> {
  const isAsked = findCompanyConditions(workspace.settings.qualification.rules).length > 0
  const ids = isAsked ? new Set(own.filter((id) => id !== NO_NODE)) : []
  const rows = await readCompanies(warehouse, workspace.id, ids)
  return new Map(rows.map((row) => [row.company_id, toCompanyFields(row)]))
}

const toRow = (
  row: Omit<Draft<CompanyLeadsRow>, 'is_own' | 'is_member' | 'gone'>,
  { isOwn, groups }: { readonly isOwn: boolean; readonly groups: ReadonlySet<NodeId> },
): Draft<CompanyLeadsRow> => ({
  ...row,
  is_own: isOwn ? 1 : 0,
  is_member: groups.has(row.company_id) ? 1 : 0,
  gone: 0,
})
