import type { NodeId } from '../identity/fact-source.ts'
import type { AssignmentPlan } from './plan-assignments.ts'
import type { RebuiltLeads } from './rebuild-leads.ts'

/**
 * Leads of which rows were written, by workspace, until it is known that all of their batch is, and that nobody took the
 * workspace over meanwhile. Where that is not so, newer facts may want none of these rows, and touch none of these leads.
 */
export class WrittenLeads {
  readonly #leads = new Map<number, Set<NodeId>>()

  note(workspace: number, leads: Iterable<NodeId>): void {
    const known = this.#leads.get(workspace) ?? new Set()
    for (const lead of leads) known.add(lead)
    this.#leads.set(workspace, known)
  }

  of(workspace: number): ReadonlySet<NodeId> {
    return this.#leads.get(workspace) ?? new Set()
  }

  forget(workspace: number): void {
    this.#leads.delete(workspace)
  }
}

/** Whose rows these are. */
export function* leadsOf(
  rebuilt: readonly RebuiltLeads[],
  { leadNodes }: Pick<AssignmentPlan, 'leadNodes'>,
): Generator<NodeId> {
  for (const part of rebuilt) {
    const { leads, contactLeads, sessions, companyLeads, qualifications, stamps } = part
    for (const rows of [leads, contactLeads, part.leadNodes, sessions, companyLeads, qualifications, stamps])
      yield* inRows(rows)
  }
  yield* inRows(leadNodes)
}

/** Rows of one lead stand together. */
function* inRows(rows: readonly { readonly lead_id: NodeId }[]): Generator<NodeId> {
  let former: NodeId | undefined
  for (const { lead_id } of rows) {
    if (lead_id !== former) yield lead_id
    former = lead_id
  }
}
