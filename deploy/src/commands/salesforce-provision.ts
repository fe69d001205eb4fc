import {
  openConnection,
  openConnectionStore,
  provisionOrg,
  readSourcePackage,
  type ProvisionReport,
} from '@leadline/crm-sync/operate'
import type { Command } from '../command.ts'
import { packageFolders, salesforceFlags, withCrm } from '../salesforce/read-crm.ts'

const DIFFERS = 2

export const salesforceProvision: Command = {
  name: 'salesforce provision',
  summary: 'bring our fields, objects and permission sets into the org',
  details: [
    'Deploys the package of deploy/salesforce/force-app, and of deploy/salesforce/optional what the settings use, by the',
    'Metadata API, all of it or nothing, and gives its permission sets to the connected user. What is there already stays;',
    'repeating it changes nothing. The connected user needs Customize Application and Modify Metadata; an administrator can',
    'install the package with sf instead.',
  ].join('\n'),
  flags: {
    ...salesforceFlags,
    'dry-run': { type: 'boolean', help: 'Show what is missing and let Salesforce check it; change nothing' },
    force: { type: 'boolean', help: 'Deploy also when nothing seems to be missing' },
  },
  exitCodes: {
    0: 'the org has everything',
    1: 'it could not be done; the reason is the last line',
    2: 'something is missing still (or, with --dry-run, would be made)',
  },
  async run(flags, terminal) {
    return await withCrm(flags, async ({ crm, ws, warehouse }) => {
      const store = openConnectionStore(crm, { warehouse, ws, now: Date.now })
      const { send, tokens } = openConnection(crm, { store })
      const session = await tokens.current()
      const isDryRun = flags.isSet('dry-run')
      const report = await provisionOrg({
        send,
        source: await readSourcePackage(...packageFolders(crm)),
        apiVersion: crm.apiVersion,
        userId: session.userId ?? '',
        isDryRun,
        isForced: flags.isSet('force'),
      })
      terminal.line(flags.isSet('json') ? JSON.stringify(report) : formatReport(report, isDryRun))
      return report.after.length === 0 && report.problems.length === 0 ? 0 : DIFFERS
    })
  },
}

function formatReport(
  { before, deployed, isAssigned, problems, after }: ProvisionReport,
  isDryRun: boolean,
): string {
  const left = after.map(({ component, detail }) => `  ! ${component}: ${detail}`)
  if (before.length === 0 && deployed === undefined) return 'The org has everything already.'
  const lines = before.map(({ component, detail }) => `  + ${component}: ${detail}`)
  const outcome =
    deployed === undefined
      ? []
      : [deployed.ok ? `Salesforce accepts the deployment.` : `Salesforce refuses the deployment:`]
  const refused = problems.map((problem) => `  ! ${problem}`)
  if (isDryRun) return ['Would be made or given:', ...lines, ...outcome, ...refused].join('\n')
  if (problems.length > 0) return [...outcome, ...refused].join('\n')
  return [
    'Made or given:',
    ...lines,
    ...(isAssigned ? [] : ['The connected user does not have the permission sets.']),
    ...(left.length === 0 ? ['The org has everything now.'] : ['Still missing:', ...left]),
  ].join('\n')
}
