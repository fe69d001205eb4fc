import type { CompanyLeadsRow, LeadsRow } from '@leadline/warehouse'
import { NO_NODE, type NodeId } from '../identity/fact-source.ts'
import { readDomainOwners } from '../reads/read-groups.ts'
import type { Draft } from '../reconcile/build-lead.ts'
import type { LeadMembers } from '../reconcile/find-members.ts'
import { profilesOf, type Sources } from '../reconcile/sources.ts'
import {
  findCompanyConditions,
  toCompanyFields,
  type CompanyFields,
  type CompanyOfLead,
} from '../qualification/company-fields.ts'
import { readCompanies } from '../reads/read-stored-rows.ts'
import { readMail, toCompanyKey } from './company-of-mail.ts'
import type { Membership } from './extract-groups.ts'
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
  sources: Sources,
  leads: readonly LeadMembers[],
): Promise<CompanyFinder> {
  const { workspace } = sources
  const { membershipsOf, domainOf, companyOf, ownerOf } = await readEvidence(sources, leads)
  const primaryDomainOf = ({ primary }: LeadMembers): string => (primary ? domainOf(primary.address) : '')
  const byMail = (lead: LeadMembers): NodeId => {
    const domain = primaryDomainOf(lead)
    return domain === '' ? NO_NODE : (ownerOf(domain) ?? companyOf(domain))
  }
  const findOwn = (lead: LeadMembers): NodeId =>
    lead.isVoid ? NO_NODE : findOwnCompany({ memberships: membershipsOf(lead), byMail: byMail(lead) })
  const own = new Map(leads.map((lead) => [lead.lead.id, findOwn(lead)]))
  const ownOf = ({ lead }: LeadMembers): NodeId => own.get(lead.id) ?? NO_NODE
  const fields = await readFields(sources, own.values())
  return {
    ownOf,
    fieldsOf: (lead) => {
      const company = ownOf(lead)
      return company === NO_NODE ? undefined : (fields.get(company) ?? 'pending')
    },
    rowsOf: (lead, seen) => {
      const mine = ownOf(lead)
      const groups = new Set(membershipsOf(lead).map(({ company }) => company))
      if (mine === NO_NODE && groups.size === 0 && lead.mails.length === 0) return []
      const named = new Map([...groups].map((company) => [company, primaryDomainOf(lead)]))
      if (mine !== NO_NODE) named.set(mine, primaryDomainOf(lead))
      for (const domain of lead.mails.map(({ address }) => domainOf(address)))
        if (domain !== '') named.set(companyOf(domain), domain)
      const ids = { ws: workspace.id, lead_id: lead.lead.id }
      return [...named].map(([company, domain]) =>
        toRow({ ...ids, company_id: company, domain, ...seen }, { isOwn: company === mine, groups }),
      )
    },
  }
}

/** What is stored of the groups of these leads, and of the domains of their mails. */
async function readEvidence(sources: Sources, leads: readonly LeadMembers[]) {
  const { warehouse, workspace } = sources
  const { hash, lists } = workspace
  const domainOf = rememberTexts((address) => readMail(address, lists).companyDomain)
  const domains = leads.flatMap(({ primary }) => (primary ? domainOf(primary.address) : []))
  const [memberships, owners] = await Promise.all([
    profilesOf(sources).memberships(leads.flatMap(({ traitNodes }) => traitNodes)),
    readDomainOwners(
      warehouse,
      workspace.id,
      domains.filter((domain) => domain !== ''),
    ),
  ])
  const byNode = Map.groupBy(memberships, ({ node }) => node)
  return {
    membershipsOf: ({ traitNodes }: LeadMembers): readonly Membership[] =>
      byNode.size === 0 ? [] : traitNodes.flatMap((id) => byNode.get(id) ?? []),
    domainOf,
    /** The domain's own. */
    companyOf: rememberTexts((domain) => hash('company', toCompanyKey(domain))),
    /** The group that it is attached to. */
    ownerOf: (domain: string): NodeId | undefined => owners.get(domain),
  }
}

/** One address is asked about several times. */
function rememberTexts(compute: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    const result = known.get(text) ?? compute(text)
    known.set(text, result)
    return result
  }
}

/** Companies are written after their leads: what is not there yet has them looked at again when it comes. */
async function readFields(
  { warehouse, workspace }: Pick<Sources, 'warehouse' | 'workspace'>,
  own: Iterable<NodeId>,
): Promise<ReadonlyMap<NodeId, CompanyFields>> {
  const isAsked = findCompanyConditions(workspace.settings.qualification.rules).length > 0
  const ids = isAsked ? new Set(own) : new Set<NodeId>()
  ids.delete(NO_NODE)
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
