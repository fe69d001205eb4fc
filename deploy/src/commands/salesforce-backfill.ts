import { setTimeout } from 'node:timers/promises'
import { runBackfill, SUBJECT_KEYS } from '@leadline/crm-sync/operate'
import { openStream } from '@leadline/stream'
import type { Command } from '../command.ts'
import { readFilter } from '../salesforce/choose-subjects.ts'
import { salesforceFlags, withCrm } from '../salesforce/read-crm.ts'
import { formatCount } from '../terminal/table.ts'

export const salesforceBackfill: Command = {
  name: 'salesforce backfill',
  summary: 'have everybody, or a filter, compared with Salesforce again, e.g. after a change of the mapping',
  details:
    'Goes behind all other work and stays within its own share of the API calls. Shows how far it is; when it is interrupted, the same command goes on where it was.',
  flags: {
    ...salesforceFlags,
    filter: {
      type: 'string',
      value: 'K=V,…',
      help: `Only people of a filter; keys: ${Object.keys(SUBJECT_KEYS).join(', ')}`,
    },
    restart: { type: 'boolean', help: 'From the beginning, whatever an interrupted one has done' },
  },
  exitCodes: { 0: 'done', 1: 'it failed; the same command goes on' },
  run: (flags, terminal) =>
    withCrm(flags, async (workspace) => {
      const filter = readFilter(flags, SUBJECT_KEYS)
      const stream = await openStream(workspace.settings.stream)
      try {
        const people = await runBackfill({
          ...workspace,
          stream,
          filter,
          restart: flags.isSet('restart'),
          now: Date.now,
          pause: (ms) => setTimeout(ms),
          onProgress: ({ handedOver, isResumed }) => {
            if (!flags.isSet('json'))
              terminal.line(`${formatCount(handedOver)} done${isResumed ? ' since it was resumed' : ''}`)
          },
        })
        terminal.line(
          flags.isSet('json') ? JSON.stringify({ people }) : `All ${formatCount(people)} compared.`,
        )
        return 0
      } finally {
        await stream.close()
      }
    }),
}
