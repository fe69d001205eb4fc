import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Settings, WorkspaceSettings } from '@leadline/contract'
import type { Log, RunningService, ServiceReport } from '@leadline/runtime'
import type { Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { consumeWork, type WorkCounts } from './consumer/consume-work.ts'
import { PROBE_TIMES, type ProbeTimes } from './sync/parked-items.ts'
import { RETRY_TIMES, type RetryTimes } from './retry-policy.ts'
import { openWorkspace, type OpenWorkspace } from './open-workspace.ts'

export interface CrmSyncOptions {
  readonly settings: Settings
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly log: Log
  readonly retryTimes?: RetryTimes
  readonly probeTimes?: ProbeTimes
}

/** Longest wait for work in hand when stopping; what is not done then is handed over again after the next start. */
const DRAIN_MS = 8000
/** For committing what is done. Work that was left makes the consumer wait this long in vain. */
const COMMIT_MS = 500

/** The running sync. Stream and warehouse are the caller's: they outlive it. */
export async function startCrmSync(options: CrmSyncOptions): Promise<RunningService> {
  const { settings, stream, log } = options
  const counts: WorkCounts = { noCrm: 0, dead: 0 }
  const workspaces = await Promise.all(
    settings.workspaces.flatMap((workspace) =>
      workspace.crm ? [open(options, workspace, workspace.crm)] : [],
    ),
  )
  const consumer = await consumeWork({
    stream,
    log,
    counts,
    now: Date.now,
    targets: new Map(workspaces.map(({ ws, sync }) => [ws, sync])),
  })
  return {
    report: () => buildReport(workspaces, counts),
    async stop() {
      await Promise.all(workspaces.flatMap(({ polling, probing }) => [polling.stop(), probing.stop()]))
      consumer.pause()
      await Promise.race([
        Promise.all(workspaces.map(({ sync }) => sync.drain())),
        setTimeout(DRAIN_MS, undefined, { ref: false }),
      ])
      await consumer.stop(COMMIT_MS)
      await Promise.all(workspaces.map(({ sync }) => sync.stop()))
      await Promise.all(workspaces.map(({ ledger }) => ledger.stop()))
    },
  }
}

const open = (
  { warehouse, log, retryTimes = RETRY_TIMES, probeTimes = PROBE_TIMES }: CrmSyncOptions,
  workspace: WorkspaceSettings,
  crm: NonNullable<WorkspaceSettings['crm']>,
): Promise<OpenWorkspace> =>
  openWorkspace({
    ws: workspace.id,
    warehouse,
    log,
    crm,
    retryTimes,
    probeTimes,
    sessionTimeoutMs: workspace.sessionTimeoutMinutes * 60_000,
    now: Date.now,
    random: Math.random,
    newId: randomUUID,
  })

function buildReport(workspaces: readonly OpenWorkspace[], counts: WorkCounts): ServiceReport {
  const sum = (count: (workspace: OpenWorkspace) => number): number =>
    workspaces.reduce((total, workspace) => total + count(workspace), 0)
  const waiting = sum(({ sync }) => sync.waiting)
  return {
    idle: waiting === 0,
    steps: {
      waiting,
      parked: sum(({ sync }) => sync.counts.parked),
      created: sum(({ sync }) => sync.counts.created),
      updated: sum(({ sync }) => sync.counts.updated),
      deleted: sum(({ sync }) => sync.counts.deleted),
      skipped: sum(({ sync }) => sync.counts.skipped),
      broken: sum(({ sync }) => (sync.brokenBy === undefined ? 0 : 1)),
      no_crm: counts.noCrm,
      dead: counts.dead,
      api_calls_used: sum(({ org }) => org.usage()?.used ?? 0),
    },
  }
}
