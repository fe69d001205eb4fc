import type { CrmWork } from '@leadline/contract'
import type { NodeId } from '../identity/fact-source.ts'
import type { PlannedActions } from '../actions/plan-actions.ts'
import type { AssignmentPlan } from './plan-assignments.ts'
import type { RebuiltLeads } from './rebuild-leads.ts'

/** All that one reconcile found, before it is written. */
export interface Reconciled {
  readonly workspace: number
  readonly rebuilt: readonly RebuiltLeads[]
  readonly plan: AssignmentPlan
  readonly actions: PlannedActions
  /** Dirty mails: their contacts may have gained or lost a lead. */
  readonly mails: readonly NodeId[]
}

/**
 * Work for the CRM, one per contact, with what this reconcile changed as its reason. A repeat after a
 * crash may find its rows written already: then its work is there again, with a lesser reason.
 */
export function planWork(reconciled: Reconciled, version: string): readonly CrmWork[] {
  const { workspace, rebuilt, mails } = reconciled
  const toWork = (kind: CrmWork['kind'], id: NodeId, reason: string): CrmWork => ({
    v: 1,
    workspace,
    kind,
    id,
    reason,
    version,
  })
  const contacts = new Set([
    ...rebuilt.flatMap((part) => part.contacts.map(({ contactId }) => contactId)),
    ...mails,
  ])
  const reasonOf = createReasons(reconciled)
  return [...contacts].map((id) => toWork('contact', id, reasonOf(id)))
}

/** `identity` outweighs `lead`, which outweighs `session`. What changed nothing is looked at for the lead's sake. */
function createReasons({ rebuilt, plan }: Reconciled): (contactId: NodeId) => string {
  const leadsOf = Map.groupBy(
    rebuilt.flatMap(({ contacts }) => contacts),
    ({ contactId }) => contactId,
  )
  const moved = findMoved(rebuilt, plan)
  const retold = new Set(rebuilt.flatMap((part) => part.retold))
  const visiting = new Set(rebuilt.flatMap(({ sessions }) => sessions.map(({ lead_id }) => lead_id)))
  return (contactId) => {
    const leads = (leadsOf.get(contactId) ?? []).map(({ leadId }) => leadId)
    const isAmong = (ids: ReadonlySet<NodeId>): boolean => leads.some((lead) => ids.has(lead))
    if (moved.has(contactId) || isAmong(moved)) return 'identity'
    return isAmong(visiting) && !isAmong(retold) ? 'session' : 'lead'
  }
}

/**
 * Contacts that gained or lost a lead, identifiers whose lead is another one, and both leads. Spans of a shared
 * cookie follow its events: that they grow moves nobody.
 */
const findMoved = (rebuilt: readonly RebuiltLeads[], plan: AssignmentPlan): ReadonlySet<NodeId> =>
  new Set([
    ...rebuilt.flatMap(({ contactLeads }) => contactLeads.map(({ contact_id }) => contact_id)),
    ...plan.leadNodes.map(({ lead_id }) => lead_id),
    ...plan.log.flatMap(({ node_id, from_lead, to_lead }) => [node_id, from_lead, to_lead]),
  ])
