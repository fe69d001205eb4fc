import { CRM_WORK_TOPIC, crmWorkKey, encodeCrmWork } from '@leadline/contract'
import type { Stream } from '@leadline/stream'
import { toDateTime, type Warehouse } from '@leadline/warehouse'
import { toInsertBlocks } from '../store/insert-blocks.ts'
import { planWork, type Reconciled } from './plan-work.ts'
import type { RebuiltLeads } from './rebuild-leads.ts'
import type { VersionClock } from './version-clock.ts'

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
    planWork(reconciled, version).map((work) => ({ key: crmWorkKey(work), value: encodeCrmWork(work) })),
  )
  for (const block of toInsertBlocks(all('stamps').flat()))
    await warehouse.insert('event_leads', stamp(block))
  await warehouse.insert('lead_nodes', stamp(plan.leadNodes))
  const at = toDateTime(now())
  await warehouse.insert('identity_log', stamp(plan.log.map((entry) => ({ ...entry, at }))))
  await warehouse.insert('identity_assignments', stamp(plan.assignments))
}

const distinctBy = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): readonly Row[] => [
  ...new Map(rows.map((row) => [keyOf(row), row])).values(),
]
