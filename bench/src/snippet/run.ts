import { ENGINES } from '@leadline/snippet/any-browser'
import { buildTable } from '../table.ts'
import { measureFailures } from './failure-table.ts'
import { measureCost } from './main-thread-cost.ts'
import { openTaggedWorld } from './tagged-world.ts'

const OUTAGE_MS = 5000

/** The tag under failure, against the real collector, and what it costs the page's main thread. */
export async function runSnippetBench(): Promise<string> {
  const world = await openTaggedWorld()
  try {
    const failures: string[][] = []
    for (const engine of ENGINES)
      for (const { name, ...result } of await measureFailures(world, engine, OUTAGE_MS))
        failures.push([
          engine,
          name,
          ...[result.sent, result.stored, result.copies, result.requests, result.lastMs].map(String),
        ])
    const costs = (await measureCost(world.browser)).map((result) => [
      `${result.throttling}x, ${result.visit}`,
      ...[result.evaluateMs, result.emptyMs, result.allMs, result.longestMs, result.callMs].map((ms) =>
        ms.toFixed(2),
      ),
      ...[result.blockingMs, result.emptyBlockingMs].map(String),
    ])
    return `${buildTable(FAILURE_COLUMNS, failures)}\n\n${buildTable(COST_COLUMNS, costs)}`
  } finally {
    await world.stop()
  }
}

const FAILURE_COLUMNS = [
  'browser',
  'failure',
  'sent',
  'stored',
  'copies on the wire',
  'requests',
  'last event after, ms',
]
const COST_COLUMNS = [
  'throttling, visit',
  'evaluate, ms',
  'empty script, ms',
  'all tasks, ms',
  'longest task, ms',
  'one track, ms',
  'blocking, ms',
  'blocking without, ms',
]
