import type { Stream } from '@leadline/stream'
import type { CompaniesRow, Warehouse } from '@leadline/warehouse'
import type { NodeId, NodeRef } from '../identity/fact-source.ts'
import { changesOutcome, findCompanyConditions, toCompanyFields } from '../qualification/company-fields.ts'
import { readLeadsOfCompanies } from '../reads/read-groups.ts'
import { readNodes } from '../reads/read-nodes.ts'
import type { Workspace } from '../workspaces.ts'
import { touchLeads } from './touch-companies.ts'

type CompanyDraft = Omit<CompaniesRow, 'version'>

interface CompanyChange {
  readonly stored: readonly CompanyDraft[]
  /** Rows that differ from the stored ones. */
  readonly changed: readonly CompanyDraft[]
}

/**
 * Has the leads of these companies judged again once the rows are written, where a rule says something else of them. To
 * be called before: a repeat after a crash then finds the same ones.
 */
export async function touchJudged(
  { warehouse, stream }: { readonly warehouse: Warehouse; readonly stream: Stream },
  workspace: Workspace,
  change: CompanyChange,
): Promise<void> {
  const companies = findFlipped(workspace, change)
  if (companies.length === 0) return
  const leads = await readLeadsOfCompanies(warehouse, workspace.id, companies)
  const own = leads.filter(({ is_own }) => is_own === 1).map(({ lead_id }) => lead_id)
  const nodes = await readNodes(warehouse, workspace.id, own)
  await touchLeads(
    stream,
    workspace.id,
    nodes.map(({ kind, id }): NodeRef => ({ kind, id })),
  )
}

function findFlipped({ settings }: Workspace, { stored, changed }: CompanyChange): readonly NodeId[] {
  const conditions = findCompanyConditions(settings.qualification.rules)
  if (conditions.length === 0) return []
  const before = new Map(stored.map((row) => [row.company_id, toCompanyFields(row)]))
  return changed
    .filter((row) =>
      changesOutcome(
        conditions,
        before.get(row.company_id),
        row.gone === 1 ? undefined : toCompanyFields(row),
      ),
    )
    .map(({ company_id }) => company_id)
}
