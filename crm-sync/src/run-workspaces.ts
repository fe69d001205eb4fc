import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { ServiceReport } from '@leadline/runtime'
import { consumeWork, type WorkCounts } from './consumer/consume-work.ts'
import { openWorkspace, type OpenWorkspace } from './open-workspace.ts'
import { RETRY_TIMES } from './retry-policy.ts'
import type { Runnable } from './run-while-owner.ts'
import type { CrmSyncOptions } from './start-crm-sync.ts'
import type { Fence } from './state/fence-writes.ts'
import { PROBE_TIMES } from './sync/parked-items.ts'

/** Longest wait for work in hand when stopping; what is not done then is handed over again after the next start. */
const DRAIN_MS = 8000
/** For committing what is done. Work that was left makes the consumer wait this long in vain. */
const COMMIT_MS = 500

export interface RunningWorkspaces extends Runnable {
  report(): ServiceReport
}

/** Takes work and polls, for all workspaces with a CRM. */
export async function runWorkspaces(options: CrmSyncOptions, fence: Fence): Promise<RunningWorkspaces> {
  const { stream, log } = options
  const counts: WorkCounts = { noCrm: 0, dead: 0 }
  const workspaces = await openAll(options, fence)
  const consumer = await consumeWork({
    stream,
    log,
    counts,
    now: Date.now,
    targets: new Map(workspaces.map(({ ws, sync }) => [ws, sync])),
  })
  return {
    report: () => buildReport(workspaces, counts),
    async stop(isOwner) {
      await Promise.all(workspaces.flatMap(({ loops }) => loops.map((loop) => loop.stop())))
      consumer.pause()
      if (isOwner) await drain(workspaces)
      await consumer.stop(COMMIT_MS)
      await Promise.all(workspaces.map(({ sync }) => sync.stop()))
      await Promise.all(workspaces.map(({ ledger }) => ledger.stop()))
    },
  }
}

function openAll(options: CrmSyncOptions, fence: Fence): Promise<OpenWorkspace[]> {
  const { settings, warehouse, log, retryTimes = RETRY_TIMES, probeTimes = PROBE_TIMES } = options
  return Promise.all(
    settings.workspaces.flatMap(({ id: ws, crm, sessionTimeoutMinutes }) =>
      crm === undefined
        ? []
        : openWorkspace({
            ws,
            warehouse,
            fence,
            log,
            crm,
            retryTimes,
            probeTimes,
            sessionTimeoutMs: sessionTimeoutMinutes * 60_000,
            now: Date.now,
            random: Math.random,
            newId: randomUUID,
          }),
    ),
  )
}

const drain = (workspaces: readonly OpenWorkspace[]): Promise<unknown> =>
  Promise.race([
    Promise.all(workspaces.map(({ sync }) => sync.drain())),
    setTimeout(DRAIN_MS, undefined, { ref: false }),
  ])

function buildReport(workspaces: readonly OpenWorkspace[], counts: WorkCounts): ServiceReport {
  const sum = (count: (workspace: OpenWorkspace) => number): number =>
    workspaces.reduce((total, workspace) => total + count(workspace), 0)
  const waiting = sum(({ sync, accounts }) => sync.waiting + accounts.size)
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
