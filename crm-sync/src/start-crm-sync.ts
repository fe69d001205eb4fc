import type { Settings } from '@leadline/contract'
import type { Log, RunningService } from '@leadline/runtime'
import type { Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import type { RetryTimes } from './retry-policy.ts'
import { WhileOwner } from './run-while-owner.ts'
import { runWorkspaces } from './run-workspaces.ts'
import { LEASE_TIMES, OwnerLease, type LeaseTimes } from './state/owner-lease.ts'
import type { ProbeTimes } from './sync/parked-items.ts'

export interface CrmSyncOptions {
  readonly settings: Settings
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly log: Log
  readonly retryTimes?: RetryTimes
  readonly probeTimes?: ProbeTimes
  readonly leaseTimes?: LeaseTimes
  /** Milliseconds of a clock that nobody sets; of the machine, unless given. */
  readonly elapsedMs?: () => number
}

/**
 * The running sync. Stream and warehouse are the caller's: they outlive it. Of several with the same settings one works;
 * the others wait for its end, with `standby` 1 in their report.
 */
export async function startCrmSync(options: CrmSyncOptions): Promise<RunningService> {
  const { settings, warehouse, log, leaseTimes = LEASE_TIMES, elapsedMs = () => performance.now() } = options
  const lease = new OwnerLease({
    warehouse,
    workspaces: settings.workspaces.flatMap(({ id, crm }) => (crm ? [id] : [])),
    times: leaseTimes,
    log,
    now: Date.now,
    elapsedMs,
  })
  const owner = new WhileOwner({
    lease,
    lookMs: leaseTimes.lookMs,
    start: () => runWorkspaces(options, () => lease.verify()),
    log,
  })
  await owner.start()
  return {
    report: () => owner.running?.report() ?? { idle: true, steps: { standby: 1 } },
    stop: () => owner.stop(),
  }
}
