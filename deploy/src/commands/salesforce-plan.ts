import type { Command } from '../command.ts'
import { chooseSubjects, dryRun, subjectFlags } from '../salesforce/choose-subjects.ts'
import { describeDryRun } from '../salesforce/describe-dry-run.ts'
import { salesforceFlags, withCrm } from '../salesforce/read-crm.ts'

export const salesforcePlan: Command = {
  name: 'salesforce plan',
  summary: 'show what would be written for people or a company, field by field, and write nothing',
  details:
    'Reads the org as a sync would: a few API calls for each 1,000. What stays out by rule is counted; `salesforce why` says of one person which rule it is.',
  flags: { ...salesforceFlags, ...subjectFlags },
  exitCodes: { 0: 'planned', 1: 'it could not be planned' },
  run: (flags, terminal) =>
    withCrm(flags, async (workspace) => {
      const run = await dryRun(workspace, await chooseSubjects(flags, workspace), 'plan')
      if (flags.isSet('json')) terminal.line(JSON.stringify(run))
      else for (const line of describeDryRun(run)) terminal.line(line)
      return 0
    }),
}
