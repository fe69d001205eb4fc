import { toDay } from '@leadline/warehouse'
import { z } from 'zod'
import type { StageDependencies } from '../start-stages.ts'
import type { Workspace } from '../workspaces.ts'
import { findDifferences, requestRepair } from './find-differences.ts'

type CheckDependencies = Pick<StageDependencies, 'warehouse' | 'stream' | 'workspaces' | 'log' | 'now'>

const SETTING = 'full_check.day'
const LOOK_MS = 60_000

export interface NightlyCheck {
  /** Waits for a comparison that is under way. */
  stop(): Promise<void>
}

/** Compares each workspace once a day in its hour. A failure is told and tried again a minute later. */
export function startNightlyCheck(dependencies: CheckDependencies): NightlyCheck {
  let running = Promise.resolve()
  const look = async (): Promise<void> => {
    try {
      await checkWhatIsDue(dependencies)
    } catch (error) {
      dependencies.log.error('the nightly comparison failed and is tried again', error)
    }
  }
  const timer = setInterval(() => {
    running = running.then(look)
  }, LOOK_MS)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}

/** The workspaces whose hour it is and that nobody compared today. Two processes at once do it twice, which is harmless. */
export async function checkWhatIsDue(dependencies: CheckDependencies): Promise<void> {
  const nowMs = dependencies.now()
  const hour = new Date(nowMs).getUTCHours()
  for (const workspace of dependencies.workspaces.values()) {
    if (workspace.settings.identity.nightlyCheckHour !== hour) continue
    if (await isFirstToday(dependencies, workspace.id, nowMs)) await check(dependencies, workspace)
  }
}

async function isFirstToday(
  { warehouse }: CheckDependencies,
  workspace: number,
  nowMs: number,
): Promise<boolean> {
  const day = toDay(nowMs)
  const [row] = await warehouse.query(
    'SELECT value FROM settings FINAL WHERE ws = {ws:UInt32} AND name = {name:String}',
    { row: z.object({ value: z.string() }), params: { ws: workspace, name: SETTING } },
  )
  if (row?.value === day) return false
  await warehouse.insert('settings', [{ ws: workspace, name: SETTING, value: day, version: String(nowMs) }])
  return true
}

async function check({ warehouse, stream, log }: CheckDependencies, workspace: Workspace): Promise<void> {
  const found = await findDifferences(warehouse, workspace)
  const fields = { workspace: workspace.id, checked: found.checked, differences: found.total, ...found.rows }
  if (found.total === 0) return log.info('the nightly comparison found no difference', fields)
  log.warn(
    'the nightly comparison found differences, which are mended now; a few may be events in flight',
    fields,
  )
  await requestRepair(stream, workspace.id, found)
}
