import {
  CHANGES_TOPIC,
  CRM_WORK_TOPIC,
  crmWorkKey,
  encodeCrmWork,
  encodeIdentityChange,
  identityChangeKey,
  type IdentityChange,
} from '@leadline/contract'
import type { Stream, StreamValue } from '@leadline/stream'
import {
  toDateTime,
  type EventLeadsRow,
  type LeadNodesRow,
  type LeadsRow,
  type Warehouse,
} from '@leadline/warehouse'
import { touchCompanies } from '../companies/touch-companies.ts'
import { NO_NODE } from '../identity/fact-source.ts'
import type { WrittenRows } from '../reads/remembered-rows.ts'
import { toInsertBlocks } from '../store/insert-blocks.ts'
import type { Draft } from './build-lead.ts'
import { planWork, type Reconciled } from './plan-work.ts'
import type { RebuiltLeads } from './rebuild-leads.ts'
import type { VersionClock } from './version-clock.ts'

interface Sinks {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly versions: VersionClock
  readonly now: () => number
}

/** The rows that this comes to, of those tables that only reconcilers write and read again. */
export function toWrittenRows({ rebuilt, plan, actions }: Reconciled): WrittenRows {
  const all = <Key extends keyof RebuiltLeads>(key: Key) => rebuilt.map((part) => part[key])
  return {
    leads: withOwners(all('leads').flat(), actions.leads),
    contactLeads: all('contactLeads').flat(),
    sessions: all('sessions').flat(),
    companyLeads: all('companyLeads').flat(),
    qualifications: all('qualifications').flat(),
    leadNodes: distinctNodes([...all('leadNodes').flat(), ...plan.leadNodes]),
    assignments: plan.assignments,
    firings: actions.firings,
  }
}

/**
 * The order is what makes a repeat after a crash complete. What was affected is found by comparing with the stored
 * stamps and assignments, so these come last; the companies whose leads differ are touched first, and are looked at
 * in a later batch, when all of this is written; what rules do comes before their firings; contacts come before the
 * leads they are compared with; work for the CRM and word of changes come when the rows are there, and before what a
 * repeat would find nothing by. The assignments are one block: all are visible or none.
 */
export async function writeReconciled(
  sinks: Sinks,
  reconciled: Reconciled,
  rows: WrittenRows,
): Promise<void> {
  const { warehouse, stream, versions, now } = sinks
  const { workspace, rebuilt, plan, actions } = reconciled
  const nowMs = now()
  const at = toDateTime(nowMs)
  const companies = [...rows.companyLeads, ...rows.leads]
    .map(({ company_id }) => company_id)
    .filter((id) => id !== NO_NODE)
  const [version] = await Promise.all([
    versions.next(workspace),
    touchCompanies(stream, workspace, companies),
  ])
  const stamp = <Row>(drafts: readonly Row[]) => drafts.map((row) => ({ ...row, version }))
  await Promise.all([
    warehouse.insert('action_deliveries_raw', stamp(actions.deliveries)),
    warehouse.insert('contact_leads', stamp(rows.contactLeads)),
  ])
  await Promise.all([
    warehouse.insert('leads_raw', stamp(rows.leads)),
    warehouse.insert('sessions_raw', stamp(rows.sessions)),
    warehouse.insert('company_leads', stamp(rows.companyLeads)),
    warehouse.insert('qualifications_raw', stamp(rows.qualifications)),
    warehouse.insert('rule_firings', stamp(rows.firings)),
  ])
  await stream.append(
    CRM_WORK_TOPIC,
    planWork(reconciled, version).map((work) => ({ key: crmWorkKey(work), value: encodeCrmWork(work) })),
  )
  await Promise.all([
    insertStamps(warehouse, stamp(rebuilt.flatMap(({ stamps }) => stamps))),
    warehouse.insert('lead_nodes', stamp(rows.leadNodes)),
    warehouse.insert('identity_log', stamp(plan.log.map((entry) => ({ ...entry, at })))),
  ])
  await stream.append(CHANGES_TOPIC, toChanges(plan, { version, at: new Date(nowMs).toISOString() }))
  await warehouse.insert('identity_assignments', stamp(rows.assignments))
}

const toChanges = (
  { log }: Reconciled['plan'],
  said: Pick<IdentityChange, 'version' | 'at'>,
): readonly StreamValue[] =>
  log
    .map(({ ws, node_id, from_lead, to_lead }): IdentityChange => ({
      v: 1,
      workspace: ws,
      nodeId: node_id,
      from: from_lead,
      to: to_lead,
      ...said,
    }))
    .map((change) => ({ key: identityChangeKey(change), value: encodeIdentityChange(change) }))

/** Rows of which some have an owner since just now. */
const withOwners = (
  rows: readonly Draft<LeadsRow>[],
  owned: readonly Draft<LeadsRow>[],
): readonly Draft<LeadsRow>[] => [...new Map([...rows, ...owned].map((row) => [row.lead_id, row])).values()]

const distinctNodes = (rows: readonly Draft<LeadNodesRow>[]): readonly Draft<LeadNodesRow>[] => [
  ...new Map(rows.map((row) => [`${row.lead_id} ${row.node_id}`, row])).values(),
]

async function insertStamps(warehouse: Warehouse, rows: readonly EventLeadsRow[]): Promise<void> {
  for (const block of toInsertBlocks(rows)) await warehouse.insert('event_leads', block)
}
