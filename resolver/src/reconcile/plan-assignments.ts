import {
  toDateTime,
  type IdentityAssignmentsRow,
  type IdentityLogRow,
  type LeadNodesRow,
} from '@leadline/warehouse'
import { NO_NODE, type NodeId, type NodeRef } from '../identity/fact-source.ts'
import type { Verdict } from '../identity/ladder.ts'
import type { Span } from '../identity/visits.ts'
import type { StoredAssignment } from '../reads/read-assignments.ts'
import type { Draft } from './build-lead.ts'
import type { Settled } from './settle-identity.ts'

/** Differences between what the rules say of the dirty identifiers and what is stored. */
export interface AssignmentPlan {
  readonly assignments: readonly Draft<IdentityAssignmentsRow>[]
  readonly leadNodes: readonly Draft<LeadNodesRow>[]
  readonly log: readonly Omit<Draft<IdentityLogRow>, 'at'>[]
}

const BEGINNING_MS = Date.UTC(2000, 0, 1)
const END_MS = Date.UTC(2299, 11, 31)

const OWN: Verdict = { state: 'own' }

interface Wanted extends Span {
  readonly rule: string
}

export function planAssignments(
  workspace: number,
  settled: Settled,
  spans: ReadonlyMap<NodeId, readonly Span[]>,
): AssignmentPlan {
  const plans = settled.dirty.flatMap((node) => {
    const verdict = settled.verdicts.get(node.id) ?? OWN
    const wanted = toWanted(verdict, spans.get(node.id) ?? [])
    const stored = settled.stored.get(node.id) ?? []
    if (wanted.length === 0 && stored.length === 0) return []
    const assignments = diffSpans(workspace, node, { wanted, stored })
    return {
      assignments,
      leadNodes: diffLeads(workspace, node, { wanted, stored }),
      log: assignments.length === 0 ? [] : describeMove(workspace, node, { verdict, stored }),
    }
  })
  return {
    assignments: plans.flatMap(({ assignments }) => assignments),
    leadNodes: plans.flatMap(({ leadNodes }) => leadNodes),
    log: plans.flatMap(({ log }) => log),
  }
}

/** Nothing is stored for an identifier that is its own lead. */
function toWanted(verdict: Verdict, spans: readonly Span[]): readonly Wanted[] {
  if (verdict.state === 'own') return []
  if (verdict.state === 'shared') return spans.map((span) => ({ ...span, rule: 'R6' }))
  const lead = verdict.state === 'void' ? NO_NODE : verdict.lead
  return [{ fromMs: BEGINNING_MS, toMs: END_MS, lead, rule: verdict.rule }]
}

interface Sides {
  readonly wanted: readonly Wanted[]
  readonly stored: readonly StoredAssignment[]
}

function diffSpans(workspace: number, node: NodeRef, { wanted, stored }: Sides) {
  const toRow = (span: Wanted | StoredAssignment, gone: 0 | 1): Draft<IdentityAssignmentsRow> => ({
    ws: workspace,
    node_id: node.id,
    from_ts: toDateTime(span.fromMs),
    to_ts: toDateTime(span.toMs),
    lead_id: span.lead,
    rule: span.rule,
    gone,
  })
  const before = new Map(stored.map((span) => [span.fromMs, span]))
  const kept = new Set(wanted.map(({ fromMs }) => fromMs))
  const changed = wanted.filter((span) => {
    const known = before.get(span.fromMs)
    return known?.toMs !== span.toMs || known.lead !== span.lead || known.rule !== span.rule
  })
  const vanished = stored.filter(({ fromMs }) => !kept.has(fromMs))
  return [...changed.map((span) => toRow(span, 0)), ...vanished.map((span) => toRow(span, 1))]
}

function diffLeads(workspace: number, node: NodeRef, { wanted, stored }: Sides) {
  const toLeads = (spans: Sides['wanted'] | Sides['stored']): ReadonlySet<NodeId> =>
    new Set(spans.map(({ lead }) => lead).filter((lead) => lead !== NO_NODE))
  const now = toLeads(wanted)
  const before = toLeads(stored)
  const toRow = (lead: NodeId, gone: 0 | 1): Draft<LeadNodesRow> => ({
    ws: workspace,
    lead_id: lead,
    node_id: node.id,
    gone,
  })
  return [
    ...[...now].filter((lead) => !before.has(lead)).map((lead) => toRow(lead, 0)),
    ...[...before].filter((lead) => !now.has(lead)).map((lead) => toRow(lead, 1)),
  ]
}

function describeMove(
  workspace: number,
  node: NodeRef,
  { verdict, stored }: { readonly verdict: Verdict; readonly stored: readonly StoredAssignment[] },
): AssignmentPlan['log'] {
  const from = headline(node, stored)
  const to = verdict.state === 'own' ? node.id : verdict.state === 'assigned' ? verdict.lead : NO_NODE
  if (from === to) return []
  const rule = verdict.state === 'own' || verdict.state === 'shared' ? 'R5' : verdict.rule
  const witness = verdict.state === 'assigned' ? verdict.witness : ''
  return [{ ws: workspace, node_id: node.id, from_lead: from, to_lead: to, rule, witness }]
}

/** Whose the identifier was as a whole; nobody's when it was void or shared. */
function headline(node: NodeRef, stored: readonly StoredAssignment[]): NodeId {
  const [first] = stored
  if (!first) return node.id
  return first.rule === 'R6' ? NO_NODE : first.lead
}
