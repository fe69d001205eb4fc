import { buildTable } from '../table.ts'
import { measureFailures } from './failure-table.ts'
import { openTaggedWorld } from './tagged-world.ts'

const OUTAGE_MS = 5000

/** The tag under failure, against the real collector. */
export async function runSnippetBench(): Promise<string> {
  const world = await openTaggedWorld()
  try {
    const rows = (await measureFailures(world, OUTAGE_MS)).map((result) => [
      result.name,
      ...[result.sent, result.stored, result.copies, result.requests, result.lastMs].map(String),
    ])
    return buildTable(
      ['failure', 'sent', 'stored', 'copies on the wire', 'requests', 'last event after, ms'],
      rows,
    )
  } finally {
    await world.stop()
  }
}
