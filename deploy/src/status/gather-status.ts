import type { Settings } from '@leadline/contract'
import type { ServiceReport } from '@leadline/runtime'
import type { Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { PIPELINE } from '../start/part-list.ts'
import { isIdle } from './idle.ts'
import { readPersonOutcome } from './person-outcome.ts'
import { readLags } from './read-lags.ts'
import { countEvents, readRecords } from './read-records.ts'
import type { Status } from './status.ts'

export interface StatusSources {
  readonly settings: Settings
  readonly supervisor: Pick<Supervisor, 'states' | 'reports'>
  readonly stream: Stream
  readonly warehouse: Warehouse
}

const REPORT_TIMEOUT_MS = 3000

/** Asks the parts, the stream and the warehouse. `email`: look this person up too. */
export async function gatherStatus(
  sources: StatusSources,
  phase: Status['phase'],
  email: string | undefined,
): Promise<Status> {
  const { supervisor, stream, warehouse, settings } = sources
  const before = await readLags(stream.admin)
  const reports = await supervisor.reports(REPORT_TIMEOUT_MS)
  const after = await readLags(stream.admin)
  const parts = supervisor.states()
  const idle = isIdle({ before, reports: PIPELINE.map((name) => reports.get(name)), after, parts })
  // A dead engine is retried for seconds by its client: too long for a question about how things are.
  const canAsk = parts.every(({ name, phase }) => name !== 'clickhouse' || phase === 'ready')
  const [workspace] = settings.workspaces
  const [events, records, person] = await Promise.all([
    canAsk ? countEvents(warehouse) : { stored: 0, resolved: 0 },
    canAsk ? readRecords(warehouse) : null,
    canAsk && workspace && email !== undefined ? readPersonOutcome(warehouse, workspace, email) : undefined,
  ])
  return {
    pid: process.pid,
    phase,
    idle,
    steps: { ...toSteps(reports), ...events },
    lag: Object.fromEntries(Object.entries(after).map(([group, lag]) => [group, { ...lag }])),
    parts: [...parts],
    records,
    ...(person ? { person } : {}),
  }
}

function toSteps(reports: ReadonlyMap<string, ServiceReport | undefined>) {
  const step = (part: string, name: string): number => reports.get(part)?.steps[name] ?? 0
  return {
    accepted: step('collector', 'accepted'),
    waiting: step('crm-sync', 'waiting'),
    parked: step('crm-sync', 'parked'),
    dead: step('resolver', 'dead'),
  }
}
