import { toActionName, type QualificationRule } from '@leadline/contract'
import {
  fromDateTime,
  toDateTime,
  type ActionDeliveriesRow,
  type LeadsRow,
  type RuleFiringsRow,
  type Warehouse,
} from '@leadline/warehouse'
import type { FiredLead, NewFiring } from '../reconcile/find-new-firings.ts'
import type { Workspace } from '../workspaces.ts'
import { ownersOf, pickOwner } from './assigned-owner.ts'
import { dealOwners, toFiringKey } from './deal-owners.ts'
import { toDeliveryId } from './delivery-id.ts'
import { readLastOwners } from './read-last-owners.ts'

type Draft<Row> = Omit<Row, 'version'>

/** What the rules do that fire in one reconcile. */
export interface PlannedActions {
  /** To be written before the firings: whatever has fired has its deliveries then. */
  readonly deliveries: readonly Draft<ActionDeliveriesRow>[]
  readonly firings: readonly Draft<RuleFiringsRow>[]
  /** Leads that have an owner by these firings, with it. */
  readonly leads: readonly Draft<LeadsRow>[]
}

export interface ActionContext {
  readonly warehouse: Warehouse
  readonly workspace: Workspace
  readonly nowMs: number
}

/** A firing and what becomes of it. */
interface Planned {
  readonly firing: NewFiring
  readonly rule: QualificationRule | undefined
  /** Why it does not act. */
  readonly quiet: 'too_old' | 'imported' | ''
  readonly owner: string
}

const HOUR_MS = 3_600_000

/** Reads, and writes nothing. What is late or was imported fires and does not act: its deliveries are skipped ones. */
export async function planActions(
  context: ActionContext,
  fired: readonly FiredLead[],
): Promise<PlannedActions> {
  const firings = fired.flatMap((lead) => lead.firings)
  if (firings.length === 0) return { deliveries: [], firings: [], leads: [] }
  const planned = await planFirings(context, firings)
  const dealt = new Map(planned.map(({ firing, owner }) => [firing, owner]))
  const firedAt = toDateTime(context.nowMs)
  return {
    deliveries: planned.flatMap((one) => toDeliveries(one, firedAt)),
    firings: planned.map(({ firing, owner }) => toFiringRow(firing, owner, firedAt)),
    leads: fired.flatMap((lead) => toOwnedLead(lead, dealt, context.workspace)),
  }
}

async function planFirings(
  { warehouse, workspace, nowMs }: ActionContext,
  firings: readonly NewFiring[],
): Promise<readonly Planned[]> {
  const { rules, actions: limits } = workspace.settings.qualification
  const byName = new Map(rules.map((rule) => [rule.name, rule]))
  const owners = new Map(rules.map((rule) => [rule.name, ownersOf(rule)]))
  const oldestMs = nowMs - limits.maxAgeHours * HOUR_MS
  const quietOf = ({ imported, at }: NewFiring): Planned['quiet'] =>
    imported ? 'imported' : fromDateTime(at) < oldestMs ? 'too_old' : ''
  const loud = firings.filter((firing) => quietOf(firing) === '')
  const inTurn = new Set(loud.map(({ rule }) => rule).filter((rule) => (owners.get(rule)?.length ?? 0) > 1))
  const dealt = dealOwners(loud, owners, await readLastOwners(warehouse, workspace.id, [...inTurn]))
  return firings.map((firing) => ({
    firing,
    rule: byName.get(firing.rule),
    quiet: quietOf(firing),
    owner: dealt.get(toFiringKey(firing)) ?? '',
  }))
}

/** Messages are due at once. An owner is given with the firing itself: that row only tells of it. */
function toDeliveries(
  { firing, rule, quiet, owner }: Planned,
  createdAt: string,
): readonly Draft<ActionDeliveriesRow>[] {
  const { ws, at, node_id, message_id, lead_id, stage } = firing
  return (rule?.actions ?? []).map((action) => {
    const name = toActionName(action)
    return {
      ws,
      at,
      delivery_id: toDeliveryId(ws, firing, name),
      node_id,
      message_id,
      rule: firing.rule,
      action: owner !== '' && 'assignOwner' in action ? `${name} ${owner}` : name,
      lead_id,
      stage,
      state: quiet === '' ? ('assignOwner' in action ? 'done' : 'due') : 'skipped',
      created_at: createdAt,
      next_at: createdAt,
      attempts: 0,
      status: 0,
      error: quiet,
      latency_ms: 0,
      message: '',
    }
  })
}

const toFiringRow = (
  { ws, node_id, rule, message_id, lead_id, at, stage, facts }: NewFiring,
  owner: string,
  firedAt: string,
): Draft<RuleFiringsRow> => ({
  ws,
  node_id,
  rule,
  message_id,
  lead_id,
  at,
  fired_at: firedAt,
  stage,
  facts,
  owner,
})

function toOwnedLead(
  { row, before, firings }: FiredLead,
  dealt: ReadonlyMap<NewFiring, string>,
  { settings }: Workspace,
): readonly Draft<LeadsRow>[] {
  const now = firings
    .map((firing) => ({
      rule: firing.rule,
      node: firing.node_id,
      messageId: firing.message_id,
      atMs: fromDateTime(firing.at),
      owner: dealt.get(firing) ?? '',
    }))
    .filter(({ owner }) => owner !== '')
  if (now.length === 0) return []
  return [{ ...row, assigned_owner: pickOwner([...before, ...now], settings.qualification.rules) }]
}
