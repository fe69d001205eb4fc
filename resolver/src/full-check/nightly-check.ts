import { createHash } from 'node:crypto'
import type { WorkspaceSettings } from '@leadline/contract'
import { toDay } from '@leadline/warehouse'
import { z } from 'zod'
import type { StageDependencies } from '../start-stages.ts'
import type { Workspace } from '../workspaces.ts'
import { compareInPortions, requestRepair } from './find-differences.ts'

type CheckDependencies = Pick<
  StageDependencies,
  'warehouse' | 'stream' | 'workspaces' | 'progress' | 'log' | 'now'
>

const DAY = 'full_check.day'
const RULES = 'full_check.rules'
const LOOK_MS = 60_000

export interface NightlyCheck {
  /** Waits for a comparison that is under way. */
  stop(): Promise<void>
}

/**
 * Compares each workspace once a day in its hour, and once after a start with other rules. A failure is told and tried
 * again a minute later.
 */
export function startNightlyCheck(dependencies: CheckDependencies): NightlyCheck {
  let running = Promise.resolve()
  let isNew = true
  const look = async (): Promise<void> => {
    try {
      // Not at each look: two processes with different settings would never come to rest.
      if (isNew) await checkWhereRulesChanged(dependencies)
      isNew = false
      await checkWhatIsDue(dependencies)
    } catch (error) {
      dependencies.log.error('the full comparison failed and is tried again', error)
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

/** The workspaces whose limits, rules or points are not those of the last process that looked. A new one has no leads yet. */
export async function checkWhereRulesChanged(dependencies: CheckDependencies): Promise<void> {
  for (const workspace of dependencies.workspaces.values()) {
    if (workspace.settings.identity.nightlyCheckHour === null) continue
    const rules = fingerprintRules(workspace.settings)
    const known = await readSetting(dependencies, workspace.id, RULES)
    if (known === rules) continue
    if (known !== undefined) await check(dependencies, workspace)
    await writeSetting(dependencies, workspace.id, { name: RULES, value: rules })
  }
}

/** Of what decides where events belong and what leads are. Not of actions, which have secrets and change no row. */
function fingerprintRules(settings: WorkspaceSettings): string {
  const { sessionTimeoutMinutes, identity, companies, attribution, score, qualification } = settings
  const rules = qualification.rules.map((rule) => ({ ...rule, actions: [] }))
  const text = JSON.stringify([sessionTimeoutMinutes, identity, companies, attribution, score, rules])
  return createHash('sha256').update(text).digest('hex')
}

async function isFirstToday(
  dependencies: CheckDependencies,
  workspace: number,
  nowMs: number,
): Promise<boolean> {
  const day = toDay(nowMs)
  if ((await readSetting(dependencies, workspace, DAY)) === day) return false
  await writeSetting(dependencies, workspace, { name: DAY, value: day })
  return true
}

async function readSetting(
  { warehouse }: CheckDependencies,
  workspace: number,
  name: string,
): Promise<string | undefined> {
  const [row] = await warehouse.query(
    'SELECT value FROM settings FINAL WHERE ws = {ws:UInt32} AND name = {name:String}',
    { row: z.object({ value: z.string() }), params: { ws: workspace, name } },
  )
  return row?.value
}

const writeSetting = async (
  { warehouse, now }: CheckDependencies,
  workspace: number,
  setting: { readonly name: string; readonly value: string },
): Promise<void> =>
  await warehouse.insert('settings', [{ ws: workspace, ...setting, version: String(now()) }])

/** What differs is handed on as it is found: after a change of rules that may be all there is. */
async function check(
  { warehouse, stream, progress, log }: CheckDependencies,
  workspace: Workspace,
): Promise<void> {
  const found = await compareInPortions(warehouse, workspace, {
    take: async (portion) => await requestRepair(stream, workspace.id, portion),
  })
  progress.count('checked', found.checked)
  for (const [table, rows] of Object.entries(found.rows)) progress.count('differences', rows, [table])
  const fields = { workspace: workspace.id, checked: found.checked, differences: found.total, ...found.rows }
  if (found.total === 0) return log.info('the full comparison found no difference', fields)
  log.warn(
    'the full comparison found differences, which are mended now; a few may be events in flight',
    fields,
  )
}
