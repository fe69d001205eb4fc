import { setTimeout as delay } from 'node:timers/promises'
import { GROUPS, TOUCHED_TOPIC } from '@leadline/contract'
import {
  findDifferences,
  requestRepair,
  type Differences,
} from '@leadline/resolver/src/full-check/find-differences.ts'
import { CommandError, type Command } from '../command.ts'
import { withWorkspace, workspaceFlags, type OpenWorkspace } from '../identity/open-workspace.ts'
import { formatCount } from '../terminal/table.ts'

const DIFFERENT = 4
const REPAIR_LIMIT_MS = 30 * 60_000
const LOOK_MS = 200

export const reconcile: Command = {
  name: 'reconcile',
  summary: 'compare every lead with all that is known, and mend what differs',
  details: [
    'Evaluates the rules over all facts and events and compares with what is stored. There should be no difference; what',
    'there is goes to the resolver, which mends it, and is compared once more. Events that arrive meanwhile count as',
    'differences until they are resolved.',
  ].join('\n'),
  flags: {
    ...workspaceFlags,
    'dry-run': { type: 'boolean', help: 'Compare only' },
    json: { type: 'boolean', help: 'Print {"checked", "rows", "total", "left"}' },
  },
  exitCodes: {
    0: 'no difference, or all were mended',
    1: 'it could not be compared',
    4: 'there are differences, and they were not mended',
  },
  async run(flags, terminal) {
    const isDryRun = flags.isSet('dry-run')
    const { found, left } = await withWorkspace(flags, async (open) => {
      const found = await findDifferences(open.warehouse, open.workspace)
      if (found.total === 0 || isDryRun) return { found, left: found.total }
      terminal.progress(`  mending ${formatCount(found.total)} rows`)
      await repair(open, found)
      terminal.progress('')
      return { found, left: (await findDifferences(open.warehouse, open.workspace)).total }
    })
    const { checked, rows, total } = found
    if (flags.isSet('json')) terminal.line(JSON.stringify({ checked, rows, total, left }))
    else terminal.line(describe(found, left, isDryRun))
    return left === 0 ? 0 : DIFFERENT
  },
}

function describe({ checked, rows, total }: Differences, left: number, isDryRun: boolean): string {
  const looked = `${formatCount(checked)} identifiers compared`
  if (total === 0) return `${looked}, no difference.`
  const tables = Object.entries(rows).map(([table, count]) => `${table} ${formatCount(count)}`)
  const outcome = isDryRun
    ? 'Nothing was changed.'
    : left === 0
      ? 'All mended.'
      : `${formatCount(left)} are left.`
  return `${looked}, ${formatCount(total)} rows differ: ${tables.join(', ')}. ${outcome}`
}

/** Resolves when the resolver has gone through all that was handed to it. */
async function repair({ stream, workspace }: OpenWorkspace, found: Differences): Promise<void> {
  await requestRepair(stream, workspace.id, found)
  const deadline = performance.now() + REPAIR_LIMIT_MS
  for (;;) {
    const lag = await stream.admin.lag(GROUPS.reconcile, TOUCHED_TOPIC)
    if (Object.values(lag).every((behind) => behind === 0)) return
    if (performance.now() > deadline)
      throw new CommandError('the resolver has not mended it in 30 minutes; see `leadline status`')
    await delay(LOOK_MS)
  }
}
