import { CRM_WORK_TOPIC, crmWorkKey, encodeCrmWork, type CrmWork } from '@leadline/contract'
import type { Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import { readLeadsOfCompanies } from '../reads/read-groups.ts'
import { readNodes } from '../reads/read-nodes.ts'
import type { VersionClock } from '../reconcile/version-clock.ts'
import type { Workspace } from '../workspaces.ts'
import { planCompanies } from './plan-companies.ts'
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
  const { stored, rows, renamed, ...plan } = await planCompanies(warehouse, workspace, ids)
  const [version] = await Promise.all([
    versions.next(workspace.id),
    touchMoved(dependencies, workspace, { domains: plan.movedDomains, owners: plan.owners }),
  ])
  const stamp = <Row>(drafts: readonly Row[]) => drafts.map((row) => ({ ...row, version }))
  await warehouse.insert('company_domains', stamp(plan.domains))
  const work = await planWork(warehouse, workspace.id, { ids, renamed, version })
  await Promise.all([
    touchJudged(dependencies, workspace, { stored, changed: rows }),
    appendWork(stream, work.people),
  ])
  await warehouse.insert('companies_raw', stamp(rows))
  await appendWork(stream, [...work.companies, ...work.people])
}

async function appendWork(stream: Stream, works: readonly CrmWork[]): Promise<void> {
  if (works.length === 0) return
  await stream.append(
    CRM_WORK_TOPIC,
    works.map((work) => ({ key: crmWorkKey(work), value: encodeCrmWork(work) })),
  )
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
