import type { CrmSettings } from '@leadline/contract'
import { applyPlan } from '../apply/apply-plan.ts'
import type { DeliveryContext } from '../deliveries/build-deliveries.ts'
import type { CrmFields } from '../plan/field-values.ts'
import { planRound } from '../plan/plan-round.ts'
import { openReadScope, type Org } from '../salesforce/open-org.ts'
import { loadRound, type Scope } from '../state/load-round.ts'
import { shadowKey } from '../state/shadows.ts'
import { versionMs } from '../state/version.ts'
import { loadTimeline, type Timeline } from './load-timeline.ts'
import { readStandings, type Standings } from './read-standings.ts'
import { recordRound } from './record-round.ts'
import { buildReport, type RoundReport } from './round-report.ts'
import { companiesToPlan, itemKey, toCompanyTasks, toPersonTasks, type RoundItem } from './round-tasks.ts'

export interface RoundDependencies extends Scope {
  readonly org: Org
  readonly create: CrmSettings['create']
  readonly sessionTimeoutMs: number
  /** Milliseconds since 1970. */
  /** Work given out before this may be the repeat of what an earlier process began. */
  readonly startedAtMs: number
  readonly now: () => number
  /** A fresh UUID for each delivery. */
  readonly newId: () => string
}

/**
 * Makes Salesforce true for a set of items: load, read, plan, apply, record. Each try starts from what is there,
 * so repeating it is always safe. Rejects when something could not be read or recorded.
 */
export async function runRound(
  dependencies: RoundDependencies,
  items: readonly RoundItem[],
  holdOpen: (contactId: string) => boolean,
): Promise<RoundReport> {
  const { org, create } = dependencies
  const state = await loadRound(dependencies, {
    contactIds: idsOf(items, 'contact'),
    companyIds: idsOf(items, 'company'),
  })
  const schemas = await org.schemas()
  const read = openReadScope(org.send, schemas)
  const companies = companiesToPlan(items, state)
  const standings = await readStandings(dependencies, read, { people: state.people, companies })
  const isRepeated = createRepeatCheck(dependencies, items)
  const timeline = await loadTimeline(
    read,
    state,
    // Without a record there it has no rows either.
    (id) => isRepeated(id) && standings.people.get(id)?.at !== 'none',
  )
  const sources = { items, state, standings, holdOpen, isRepeated }
  const plan = planRound({
    people: toPersonTasks(sources),
    companies: toCompanyTasks(companies, sources),
    rows: timeline.rows,
    schemas,
    create: {
      leads: create === 'both' || create === 'leads',
      companies: create === 'both' || create === 'companies',
    },
    openSinceMs: dependencies.now() - dependencies.sessionTimeoutMs,
  })
  const result = await applyPlan(org.send, plan.operations)
  await recordRound(
    dependencies,
    {
      state,
      plan,
      applied: result.applied,
      records: recordsOf(standings, timeline),
      recovered: timeline.recovered,
    },
    toContext(dependencies, items),
  )
  return buildReport(items, plan, result)
}

const idsOf = (items: readonly RoundItem[], kind: RoundItem['kind']): readonly string[] =>
  items.filter((item) => item.kind === kind).map((item) => item.id)

/** Whether an earlier try may have written for a contact, or for a company that comes along with one. */
function createRepeatCheck(
  { startedAtMs }: RoundDependencies,
  items: readonly RoundItem[],
): (id: string) => boolean {
  const repeated = new Set(
    items.filter((item) => item.attempt > 0 || versionMs(item.version) <= startedAtMs).map((item) => item.id),
  )
  const asked = new Set(items.map((item) => item.id))
  return (id) => repeated.has(id) || (!asked.has(id) && repeated.size > 0)
}

/** Records as they were read, by shadow key. */
function recordsOf(
  { people, companies }: Standings,
  { recovered }: Timeline,
): ReadonlyMap<string, CrmFields> {
  const records = new Map(
    recovered.map(({ record }) => [shadowKey(record.object, record.id), record.fields] as const),
  )
  for (const standing of [...people.values(), ...companies.values()])
    if ('record' in standing)
      records.set(shadowKey(standing.record.object, standing.record.id), standing.record.fields)
  return records
}

export function toContext(
  { ws, now, newId }: Pick<RoundDependencies, 'ws' | 'now' | 'newId'>,
  items: readonly RoundItem[],
): DeliveryContext {
  const byKey = new Map(items.map((item) => [itemKey(item), item]))
  const itemsOf = (keys: readonly string[]): readonly RoundItem[] =>
    keys.flatMap((key) => byKey.get(key) ?? [])
  const nowMs = now()
  return {
    ws,
    nowMs,
    newId,
    attemptOf: (keys) => Math.max(1, ...itemsOf(keys).map((item) => item.attempt + 1)),
    sinceMs: (keys) => Math.min(nowMs, ...itemsOf(keys).map((item) => versionMs(item.version))),
  }
}
