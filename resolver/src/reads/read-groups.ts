import { fromDateTime, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { DomainClaim, Membership } from '../companies/extract-groups.ts'
import type { NodeId } from '../identity/fact-source.ts'
import { queryByIds } from './in-chunks.ts'

const memberRow = z
  .object({
    node_id: z.string(),
    company_id: z.string(),
    first: z.string(),
    last: z.string(),
    most_trust: z.number(),
    first_witness: z.string(),
  })
  .transform((row): Membership => ({
    node: row.node_id,
    company: row.company_id,
    firstMs: fromDateTime(row.first),
    lastMs: fromDateTime(row.last),
    trust: row.most_trust,
    witness: row.first_witness,
  }))

const MEMBERS = `SELECT node_id, company_id, min(t_first) AS first, max(t_last) AS last, max(trust) AS most_trust,
    min(witness) AS first_witness
  FROM group_members WHERE ws = {ws:UInt32}`
const BY_MEMBER = 'GROUP BY node_id, company_id'

/** Every member of any group of a workspace: a full scan. */
export const readAllMemberships = (warehouse: Warehouse, workspace: number): Promise<readonly Membership[]> =>
  warehouse.query(`${MEMBERS} ${BY_MEMBER}`, { row: memberRow, params: { ws: workspace } })

/** Groups that these identifiers were ever named with. */
export const readMemberships = (
  warehouse: Warehouse,
  workspace: number,
  nodes: Iterable<NodeId>,
): Promise<readonly Membership[]> =>
  queryByIds(warehouse, {
    sql: `${MEMBERS} AND node_id IN {ids:Array(UUID)} ${BY_MEMBER}`,
    row: memberRow,
    workspace,
    ids: nodes,
  })

const claimRow = z
  .object({
    domain: z.string(),
    company_id: z.string(),
    first: z.string(),
    most_trust: z.number(),
    first_witness: z.string(),
  })
  .transform((row): DomainClaim => ({
    domain: row.domain,
    company: row.company_id,
    firstMs: fromDateTime(row.first),
    trust: row.most_trust,
    witness: row.first_witness,
  }))

const CLAIMS = `SELECT domain, company_id, min(t_first) AS first, max(trust) AS most_trust, min(witness) AS first_witness
  FROM group_domains WHERE ws = {ws:UInt32}`

/** Which groups name these domains as theirs. */
export const readClaimsOnDomains = async (
  warehouse: Warehouse,
  workspace: number,
  domains: Iterable<string>,
): Promise<readonly DomainClaim[]> =>
  await readByDomains(
    warehouse,
    `${CLAIMS} AND domain IN {domains:Array(String)} GROUP BY domain, company_id`,
    {
      row: claimRow,
      workspace,
      domains,
    },
  )

/** Which domains these groups name. */
export const readClaimsOfCompanies = (
  warehouse: Warehouse,
  workspace: number,
  companies: Iterable<NodeId>,
): Promise<readonly DomainClaim[]> =>
  queryByIds(warehouse, {
    sql: `${CLAIMS} AND company_id IN {ids:Array(UUID)} GROUP BY domain, company_id`,
    row: claimRow,
    workspace,
    ids: companies,
  })

const ownerRow = z.object({ domain: z.string(), company_id: z.string() })

/** By domain: the group that it is attached to. Domains of their own are not in it. */
export async function readDomainOwners(
  warehouse: Warehouse,
  workspace: number,
  domains: Iterable<string>,
): Promise<ReadonlyMap<string, NodeId>> {
  const rows = await readByDomains(
    warehouse,
    `SELECT domain, company_id FROM company_domains FINAL
     WHERE ws = {ws:UInt32} AND domain IN {domains:Array(String)} AND gone = 0`,
    { row: ownerRow, workspace, domains },
  )
  return new Map(rows.map(({ domain, company_id }) => [domain, company_id]))
}

interface DomainQuery<Row> {
  readonly row: z.ZodType<Row>
  readonly workspace: number
  readonly domains: Iterable<string>
}

async function readByDomains<Row>(
  warehouse: Warehouse,
  sql: string,
  { row, workspace, domains }: DomainQuery<Row>,
): Promise<readonly Row[]> {
  const distinct = [...new Set(domains)]
  if (distinct.length === 0) return []
  return await warehouse.query(sql, { row, params: { ws: workspace, domains: distinct } })
}

const sizeRow = z
  .object({
    company_id: z.string(),
    domain: z.string(),
    members: z.coerce.number(),
    own: z.coerce.number(),
    first: z.string(),
    last: z.string(),
  })
  .transform((row) => ({
    company: row.company_id,
    domain: row.domain,
    members: row.members,
    own: row.own,
    firstSeen: row.first,
    lastSeen: row.last,
  }))

/** How many leads of each domain were put into a group, and of how many it is their own. */
export type CompanySize = z.output<typeof sizeRow>

export const readCompanySizes = (
  warehouse: Warehouse,
  workspace: number,
  companies: Iterable<NodeId>,
): Promise<readonly CompanySize[]> =>
  queryByIds(warehouse, {
    sql: `SELECT company_id, domain, countIf(is_member = 1) AS members, countIf(is_own = 1) AS own,
        min(first_seen) AS first, max(last_seen) AS last
      FROM company_leads FINAL WHERE ws = {ws:UInt32} AND company_id IN {ids:Array(UUID)} AND gone = 0
      GROUP BY company_id, domain`,
    row: sizeRow,
    workspace,
    ids: companies,
  })

const leadRow = z.object({
  company_id: z.string(),
  lead_id: z.string(),
  contact_id: z.string(),
  is_own: z.number(),
})

/** Leads that name these companies, with their contacts. */
export const readLeadsOfCompanies = (warehouse: Warehouse, workspace: number, companies: Iterable<NodeId>) =>
  queryByIds(warehouse, {
    sql: `SELECT m.company_id AS company_id, m.lead_id AS lead_id, l.contact_id AS contact_id, m.is_own AS is_own
      FROM (SELECT * FROM company_leads FINAL
        WHERE ws = {ws:UInt32} AND company_id IN {ids:Array(UUID)} AND gone = 0) AS m
      INNER JOIN (SELECT lead_id, contact_id FROM leads_raw FINAL
        WHERE ws = {ws:UInt32} AND gone = 0 AND lead_id IN
          (SELECT lead_id FROM company_leads FINAL WHERE ws = {ws:UInt32} AND company_id IN {ids:Array(UUID)})
      ) AS l ON l.lead_id = m.lead_id`,
    row: leadRow,
    workspace,
    ids: companies,
  })
