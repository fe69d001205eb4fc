import { CRM_WORK_TOPIC, crmWorkKey, encodeCrmWork, type CrmWork } from '@leadline/contract'
import type { Stream } from '@leadline/stream'
import { toDateTime, type Warehouse } from '@leadline/warehouse'
import type { NodeId } from '../identity/fact-source.ts'
import { toInsertBlocks } from '../store/insert-blocks.ts'
import type { AssignmentPlan } from './plan-assignments.ts'
import type { RebuiltLeads } from './rebuild-leads.ts'
import type { VersionClock } from './version-clock.ts'

export interface Reconciled {
  readonly workspace: number
  readonly rebuilt: readonly RebuiltLeads[]
  readonly plan: AssignmentPlan
  /** Dirty mails: their contacts may have gained or lost a lead. */
  readonly mails: readonly NodeId[]
}

interface Sinks {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly versions: VersionClock
  readonly now: () => number
}

/**
 * The order is what makes a repeat after a crash complete. What was affected is found by comparing with the stored
 * stamps and assignments, so these come last; contacts come before the leads they are compared with; work for the
 * CRM comes when the rows it points to are there. The assignments are one block: all are visible or none.
 */
export async function writeReconciled(sinks: Sinks, reconciled: Reconciled): Promise<void> {
  const { warehouse, stream, versions, now } = sinks
  const { workspace, rebuilt, plan } = reconciled
  const version = await versions.next(workspace)
  const stamp = <Row>(rows: readonly Row[]) => rows.map((row) => ({ ...row, version }))
  const all = <Key extends keyof RebuiltLeads>(key: Key) => rebuilt.map((part) => part[key])

  await Promise.all([
    warehouse.insert('sessions_raw', stamp(all('sessions').flat())),
    warehouse.insert('contact_leads', stamp(all('contactLeads').flat())),
    warehouse.insert(
      'companies_raw',
      stamp(distinctBy(all('companies').flat(), ({ company_id }) => company_id)),
    ),
  ])
  await warehouse.insert('leads_raw', stamp(all('leads').flat()))
  await stream.append(
    CRM_WORK_TOPIC,
    toWork(reconciled, version).map((work) => ({ key: crmWorkKey(work), value: encodeCrmWork(work) })),
  )
  for (const block of toInsertBlocks(all('stamps').flat()))
    await warehouse.insert('event_leads', stamp(block))
  await warehouse.insert('lead_nodes', stamp(plan.leadNodes))
  const at = toDateTime(now())
  await warehouse.insert('identity_log', stamp(plan.log.map((entry) => ({ ...entry, at }))))
  await warehouse.insert('identity_assignments', stamp(plan.assignments))
}

function toWork({ workspace, rebuilt, mails }: Reconciled, version: string): readonly CrmWork[] {
  const work = (kind: CrmWork['kind'], ids: readonly NodeId[], reason: string): readonly CrmWork[] =>
    [...new Set(ids)].map((id) => ({ v: 1, workspace, kind, id, reason, version }))
  const contacts = rebuilt.flatMap(({ contactIds }) => contactIds)
  return [
    ...work(
      'company',
      rebuilt.flatMap(({ companyIds }) => companyIds),
      'company',
    ),
    ...work('contact', contacts, 'lead'),
    ...work(
      'contact',
      mails.filter((id) => !contacts.includes(id)),
      'identity',
    ),
  ]
}

const distinctBy = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): readonly Row[] => [
  ...new Map(rows.map((row) => [keyOf(row), row])).values(),
]
