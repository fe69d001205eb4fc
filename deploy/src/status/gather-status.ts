import type { Settings } from '@leadline/contract'
import { describeError, type ServiceReport } from '@leadline/runtime'
import type { Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { PIPELINE } from '../start/part-list.ts'
import { isIdle, type GroupLags } from './idle.ts'
import { readPersonOutcome } from './person-outcome.ts'
import { readLags } from './read-lags.ts'
import { countEvents, readRecords } from './read-records.ts'
import type { Status } from './status.ts'

export interface StatusSources {
  readonly settings: Settings
  readonly supervisor: Pick<Supervisor, 'states' | 'reports'>
  readonly stream: Pick<Stream, 'admin'>
  readonly warehouse: Warehouse
}

type WarehouseStatus = Pick<Status, 'records' | 'person'> & {
  readonly stored: number
  readonly resolved: number
}

const REPORT_TIMEOUT_MS = 3000
const NO_WAREHOUSE: WarehouseStatus = { stored: 0, resolved: 0, records: null }

/** Asks the parts, the stream and the warehouse; one that fails leaves the answers of the others. `email`: a person to look up. */
export async function gatherStatus(sources: StatusSources, email: string | undefined): Promise<Status> {
  const { supervisor, stream } = sources
  const problems: string[] = []
  const ask = async <Answer>(what: string, question: () => Promise<Answer>): Promise<Answer | undefined> => {
    try {
      return await question()
    } catch (error) {
      problems.push(`${what}: ${describeError(error)}`)
      return undefined
    }
  }
  const before = await ask('stream', () => readLags(stream.admin))
  const reports = await supervisor.reports(REPORT_TIMEOUT_MS)
  const after = before && (await ask('stream', () => readLags(stream.admin)))
  const parts = supervisor.states()
  const pipeline = PIPELINE.map((name) => reports.get(name))
  const { stored, resolved, ...found } =
    (await ask('warehouse', () => askWarehouse(sources, email))) ?? NO_WAREHOUSE
  return {
    pid: process.pid,
    phase: 'running',
    idle: before !== undefined && after !== undefined && isIdle({ before, reports: pipeline, after, parts }),
    steps: { ...toSteps(reports), stored, resolved },
    lag: toPlain(after ?? {}),
    problems: [...problems, ...toProblems(reports)],
    parts: [...parts],
    ...found,
  }
}

async function askWarehouse(
  { supervisor, warehouse, settings }: StatusSources,
  email: string | undefined,
): Promise<WarehouseStatus> {
  // The client tries a dead engine again for seconds: too long for a question about how things are.
  const engine = supervisor.states().find(({ name }) => name === 'clickhouse')
  if (engine && engine.phase !== 'ready') throw new Error('the embedded ClickHouse is being started again')
  const [workspace] = settings.workspaces
  const [events, records, person] = await Promise.all([
    countEvents(warehouse),
    readRecords(warehouse),
    workspace && email !== undefined ? readPersonOutcome(warehouse, workspace, email) : undefined,
  ])
  return { ...events, records, ...(person ? { person } : {}) }
}

const toPlain = (lags: GroupLags): Status['lag'] =>
  Object.fromEntries(Object.entries(lags).map(([group, lag]) => [group, { ...lag }]))

const toProblems = (reports: ReadonlyMap<string, ServiceReport | undefined>): readonly string[] =>
  [...reports].flatMap(([part, report]) => report?.problems?.map((problem) => `${part}: ${problem}`) ?? [])

function toSteps(reports: ReadonlyMap<string, ServiceReport | undefined>) {
  const step = (part: string, name: string): number => reports.get(part)?.steps[name] ?? 0
  return {
    accepted: step('collector', 'accepted'),
    waiting: step('crm-sync', 'waiting'),
    parked: step('crm-sync', 'parked'),
    dead: step('resolver', 'dead'),
  }
}
