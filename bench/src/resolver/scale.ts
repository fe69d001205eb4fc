import { findDifferences } from '@leadline/resolver/src/full-check/find-differences.ts'
import { compareWithSql } from '@leadline/resolver/src/sql-ladder/compare-with-sql.ts'
import { z } from 'zod'
import { measureEngine, type EngineUsage } from './engine-usage.ts'
import { openResolver, type OpenResolver } from './open-resolver.ts'
import { EVENTS_OF_ONE, IDENTIFIERS_OF_ONE, storeEvents, storeIdentities } from './stored-people.ts'

/** What outsiders ask the view `events`. */
export const AGGREGATES = {
  'leads a day': 'SELECT d, uniq(lead_id) FROM events WHERE ws = 1 GROUP BY d',
  'events of companies': 'SELECT company_id, count() FROM events WHERE ws = 1 GROUP BY company_id',
  'events a day': 'SELECT d, type, count() FROM events WHERE ws = 1 GROUP BY d, type',
  'a lead by its events': `SELECT ts, event FROM events WHERE ws = 1 AND lead_id = toUUID(UUIDNumToString(MD5('user7')))`,
} as const

/** By question, of the engine's process. Answers are small, so this is all there is. */
export async function measureAggregates(events: number): Promise<ReadonlyMap<string, EngineUsage>> {
  const people = Math.ceil(events / EVENTS_OF_ONE)
  return await onStore(people, async ({ warehouse }) => {
    await storeEvents(warehouse, people)
    const used = new Map<string, EngineUsage>()
    for (const [name, sql] of Object.entries(AGGREGATES))
      used.set(name, await measureEngine(warehouse, () => warehouse.query(sql, { row: z.unknown() })))
    return used
  })
}

/** Of the full comparison, for whom every lead differs. */
export interface Comparison {
  readonly identifiers: number
  /** Of this process and the engine's. */
  readonly cpuMs: number
  readonly grownBytes: number
  readonly engineGrownBytes: number
  /** Of the rules in SQL alone, in the engine. */
  readonly sqlMs: number
}

export async function measureComparison(identifiers: number): Promise<Comparison> {
  const people = Math.ceil(identifiers / IDENTIFIERS_OF_ONE)
  return await onStore(people, async ({ warehouse, stages }) => {
    await storeIdentities(warehouse, people)
    await storeEvents(warehouse, people)
    const workspace = stages.workspaces.get(1)
    if (!workspace) throw new Error('the settings of the tests have workspace 1')
    const watch = watchMemory()
    const before = process.cpuUsage()
    const engine = await measureEngine(warehouse, () => findDifferences(warehouse, workspace))
    const { user, system } = process.cpuUsage(before)
    const grownBytes = watch.stop()
    const sql = await measureEngine(warehouse, () => compareWithSql(warehouse, workspace))
    return {
      identifiers,
      cpuMs: (user + system) / 1000 + engine.cpuMs,
      grownBytes,
      engineGrownBytes: engine.grownBytes,
      sqlMs: sql.cpuMs,
    }
  })
}

async function onStore<T>(people: number, measure: (resolver: OpenResolver) => Promise<T>): Promise<T> {
  if (people < 1) throw new Error('nobody is to be stored')
  const resolver = await openResolver()
  try {
    return await measure(resolver)
  } finally {
    await resolver.close()
  }
}

const LOOK_MS = 50

/** By how much this process grew at most. */
function watchMemory(): { stop(): number } {
  const before = process.memoryUsage.rss()
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, LOOK_MS)
  return {
    stop: () => {
      clearInterval(timer)
      return most - before
    },
  }
}
