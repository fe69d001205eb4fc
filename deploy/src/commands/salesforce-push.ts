import { appendWork } from '@leadline/crm-sync/operate'
import { openStream } from '@leadline/stream'
import type { Command } from '../command.ts'
import { chooseSubjects, dryRun, subjectFlags } from '../salesforce/choose-subjects.ts'
import { describeDryRun } from '../salesforce/describe-dry-run.ts'
import { salesforceFlags, withCrm } from '../salesforce/read-crm.ts'

export const salesforcePush: Command = {
  name: 'salesforce push',
  summary: 'put people or a company into Salesforce by hand, whatever crm.create and crm.only say',
  details:
    'Shows what will be written, then hands it to the running sync, which does it within seconds. With --dry-run it only shows.',
  flags: {
    ...salesforceFlags,
    ...subjectFlags,
    'dry-run': { type: 'boolean', help: 'Show what would be written, and write nothing' },
  },
  exitCodes: { 0: 'handed over, or shown', 1: 'it failed' },
  run: (flags, terminal) =>
    withCrm(flags, async (workspace) => {
      const subjects = await chooseSubjects(flags, workspace)
      const run = await dryRun(workspace, subjects, 'manual')
      const isDryRun = flags.isSet('dry-run')
      if (!isDryRun) {
        const stream = await openStream(workspace.settings.stream)
        try {
          await appendWork(stream, { ws: workspace.ws, subjects, reason: 'manual', nowMs: Date.now() })
        } finally {
          await stream.close()
        }
      }
      if (flags.isSet('json')) {
        terminal.line(JSON.stringify({ pushed: isDryRun ? 0 : subjects.length, ...run }))
        return 0
      }
      for (const line of describeDryRun(run)) terminal.line(line)
      if (!isDryRun)
        terminal.line(`Handed over: ${subjects.length}. \`leadline salesforce log\` shows what came of it.`)
      return 0
    }),
}
