import { CONTROL_TOPIC, CRM_WORK_TOPIC, EVENTS_TOPIC, GROUPS, TOUCHED_TOPIC } from '@leadline/contract'
import type { StreamAdmin } from '@leadline/stream'
import type { GroupLags } from './idle.ts'

/** In the direction of the flow: what leaves one topic while it is read is seen in the next. */
const FLOW = [
  { group: GROUPS.store, topic: EVENTS_TOPIC },
  { group: GROUPS.control, topic: CONTROL_TOPIC },
  { group: GROUPS.reconcile, topic: TOUCHED_TOPIC },
  { group: GROUPS.crmSync, topic: CRM_WORK_TOPIC },
] as const

export async function readLags(admin: Pick<StreamAdmin, 'lag'>): Promise<GroupLags> {
  const lags: [string, GroupLags[string]][] = []
  for (const { group, topic } of FLOW) lags.push([group, await admin.lag(group, topic)])
  return Object.fromEntries(lags)
}
