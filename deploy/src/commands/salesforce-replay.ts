import { appendWork, findDelivered, LOG_KEYS, readParked, type Subject } from '@leadline/crm-sync/operate'
import { openStream } from '@leadline/stream'
import { CommandError, type Command } from '../command.ts'
import type { FlagValues } from '../flag-values.ts'
import { dryRun, readFilter } from '../salesforce/choose-subjects.ts'
import { describeDryRun } from '../salesforce/describe-dry-run.ts'
import { salesforceFlags, withCrm, type CrmWorkspace } from '../salesforce/read-crm.ts'

export const salesforceReplay: Command = {
  name: 'salesforce replay',
  summary: 'try again what was refused, or any other part of the log',
  details:
    'Each person or company of the chosen deliveries is compared with Salesforce again; what is right already is not written. Begin with --dry-run.',
  flags: {
    ...salesforceFlags,
    filter: {
      type: 'string',
      value: 'K=V,…',
      help: `Of which deliveries; keys: ${Object.keys(LOG_KEYS).join(', ')}`,
    },
    parked: { type: 'boolean', help: 'All that waits at present' },
    'dry-run': { type: 'boolean', help: 'Show what would be written, and write nothing' },
  },
  exitCodes: { 0: 'handed over, or shown', 1: 'it failed' },
  run: (flags, terminal) =>
    withCrm(flags, async (workspace) => {
      const subjects = await chooseReplayed(flags, workspace)
      if (flags.isSet('dry-run')) {
        const run = await dryRun(workspace, subjects, 'replay')
        if (flags.isSet('json')) terminal.line(JSON.stringify({ subjects: subjects.length, ...run }))
        else for (const line of describeDryRun(run)) terminal.line(line)
        return 0
      }
      const stream = await openStream(workspace.settings.stream)
      try {
        await appendWork(stream, { ws: workspace.ws, subjects, reason: 'replay', nowMs: Date.now() })
      } finally {
        await stream.close()
      }
      terminal.line(
        flags.isSet('json')
          ? JSON.stringify({ replayed: subjects.length })
          : `Handed over: ${subjects.length}.`,
      )
      return 0
    }),
}

async function chooseReplayed(flags: FlagValues, workspace: CrmWorkspace): Promise<readonly Subject[]> {
  if (!flags.isSet('parked') && !flags.isSet('filter'))
    throw new CommandError('say what: --parked, or --filter K=V, e.g. --filter outcome=failed')
  const delivered = flags.isSet('filter') ? await findDelivered(workspace, readFilter(flags, LOG_KEYS)) : []
  const parked = flags.isSet('parked') ? await readParked(workspace) : []
  const subjects = [...delivered, ...parked.map(({ kind, id }): Subject => ({ kind, id }))]
  return [...new Map(subjects.map((subject) => [subject.id, subject])).values()]
}
