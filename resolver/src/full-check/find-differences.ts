import { TOUCHED_TOPIC, encodeTouched } from '@leadline/contract'
import type { Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { toChunks } from '../chunks.ts'
import { NO_NODE, type NodeId, type NodeRef } from '../identity/fact-source.ts'
import { createEventSource } from '../reads/event-source.ts'
import { FactView } from '../reads/fact-view.ts'
import type { Sources } from '../reconcile/sources.ts'
import { compareWithSql } from '../sql-ladder/compare-with-sql.ts'
import { touchCompanies } from '../companies/touch-companies.ts'
import type { Workspace } from '../workspaces.ts'
import { planCompanies, type CompanyPlan } from '../companies/plan-companies.ts'
import { comparePage, type Report } from './compare-page.ts'
import { readCompanyPages } from './read-company-pages.ts'
import { readNodePages } from './read-node-pages.ts'

/** How what is stored differs from what the rules make of all facts and events. */
export interface Differences extends Portion {
  /** Identifiers that were looked at. */
  readonly checked: number
  readonly total: number
}

/** What was found together. */
export interface Portion {
  /** Rows that are missing, superfluous or different, by table. */
  readonly rows: Readonly<Record<string, number>>
  /** Identifiers and companies whose reconcile mends them. */
  readonly nodes: readonly NodeRef[]
  readonly companies: readonly NodeId[]
}

/** Identifiers that are in memory together, with what they and their leads come to. */
const PAGE = 4000
const MAX_TOUCHED = 1000

/** In `rows`, beside the tables: events that the rules in SQL see elsewhere. */
const SQL_LADDER = 'events by SQL'

/**
 * The full reconcile: evaluates every identifier of a workspace, builds every lead anew and compares; then asks the same
 * rules in SQL whose each event is. Writes nothing of consequence, so any process may run it at any time. Events that
 * arrive meanwhile, and are not resolved yet, are differences too.
 */
export async function findDifferences(
  warehouse: Warehouse,
  workspace: Workspace,
  pageSize = PAGE,
): Promise<Differences> {
  const nodes = new Map<NodeId, NodeRef>()
  const companies = new Set<NodeId>()
  const take = async (portion: Portion): Promise<void> => {
    for (const node of portion.nodes) nodes.set(node.id, node)
    for (const company of portion.companies) companies.add(company)
  }
  const compared = await compareInPortions(warehouse, workspace, { take, pageSize })
  return { ...compared, nodes: [...nodes.values()], companies: [...companies] }
}

/** The same, for who takes what differs as it is found: memory does not grow with it, nor with the store. */
export async function compareInPortions(
  warehouse: Warehouse,
  workspace: Workspace,
  {
    take,
    pageSize = PAGE,
  }: { readonly take: (portion: Portion) => Promise<void>; readonly pageSize?: number },
): Promise<Omit<Differences, 'nodes' | 'companies'>> {
  const rows: Record<string, number> = {}
  const handOver = async (sources: Sources, found: Found): Promise<void> => {
    if (found.keys.size === 0) return
    for (const [table, keys] of found.keys) rows[table] = (rows[table] ?? 0) + keys.size
    await take(await toPortion(sources, found))
  }
  let checked = 0
  for await (const page of readNodePages(warehouse, workspace.id, pageSize)) {
    checked += page.length
    const sources = openQuestions(warehouse, workspace)
    const found = new Found()
    await comparePage(sources, page, found.report)
    await handOver(sources, found)
  }
  for await (const page of readCompanyPages(warehouse, workspace.id, pageSize)) {
    const found = new Found()
    reportCompanies(await planCompanies(warehouse, workspace, page), found)
    await handOver(openQuestions(warehouse, workspace), found)
  }
  const found = new Found()
  for (const { messageId, node, stored, expected } of await compareWithSql(warehouse, workspace))
    found.report(SQL_LADDER, `${node} ${messageId}`, [node, stored, expected])
  await handOver(openQuestions(warehouse, workspace), found)
  return { checked, rows, total: Object.values(rows).reduce((sum, count) => sum + count, 0) }
}

class Found {
  /** By table, each once. */
  readonly keys = new Map<string, Set<string>>()
  readonly nodes = new Set<NodeId>()
  readonly companies = new Set<NodeId>()

  readonly report: Report = (table, key, nodes) => {
    this.keys.set(table, (this.keys.get(table) ?? new Set()).add(key))
    for (const id of nodes) if (id !== NO_NODE) this.nodes.add(id)
  }
}

function reportCompanies({ rows, domains, owners }: CompanyPlan, found: Found): void {
  for (const { company_id } of rows) {
    found.report('companies', company_id, [])
    found.companies.add(company_id)
  }
  for (const { domain } of domains) found.report('company_domains', domain, [])
  for (const owner of owners) found.companies.add(owner)
}

/** Asked for what a page touches, whatever the size of the store. */
const openQuestions = (warehouse: Warehouse, workspace: Workspace): Sources => ({
  warehouse,
  workspace,
  view: new FactView(warehouse, workspace.id),
  events: createEventSource(warehouse, workspace.id),
})

/** The rules ask for the kind of an identifier; one that no event carried has none, and nothing hangs on a cookie. */
async function toPortion({ view }: Sources, { keys, nodes, companies }: Found): Promise<Portion> {
  return {
    rows: Object.fromEntries([...keys].map(([table, found]) => [table, found.size])),
    companies: [...companies],
    nodes: await view.complete(() =>
      [...nodes].map((id): NodeRef => ({ id, kind: view.node(id)?.kind ?? 'anon' })),
    ),
  }
}

/** Hands what differs to the workspace's one reconciler, as if events had touched it. */
export async function requestRepair(
  stream: Stream,
  workspace: number,
  { nodes, companies = [] }: Pick<Differences, 'nodes'> & Partial<Pick<Differences, 'companies'>>,
): Promise<void> {
  await stream.append(
    TOUCHED_TOPIC,
    toChunks(nodes, MAX_TOUCHED).map((chunk) => ({
      key: String(workspace),
      value: encodeTouched({ v: 1, workspace, nodes: chunk }),
    })),
  )
  await touchCompanies(stream, workspace, companies)
}
