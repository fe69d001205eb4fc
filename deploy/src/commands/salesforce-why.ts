import { explainPerson, type Explanation } from '@leadline/crm-sync/operate'
import { CommandError, type Command } from '../command.ts'
import { salesforceFlags, withCrm } from '../salesforce/read-crm.ts'

const UNKNOWN = 2

export const salesforceWhy: Command = {
  name: 'salesforce why',
  summary: 'why a person is, or is not, in Salesforce',
  flags: {
    ...salesforceFlags,
    email: { type: 'string', value: 'ADDRESS', help: 'The person with this mail' },
    lead: { type: 'string', value: 'ID', help: 'The person with this lead or contact id' },
  },
  exitCodes: { 0: 'explained', 1: 'it could not be read', 2: 'nobody of that is known' },
  run: (flags, terminal) =>
    withCrm(flags, async (workspace) => {
      const who = flags.text('email') ?? flags.text('lead')
      if (who === undefined) throw new CommandError('name one: --email ADDRESS or --lead ID')
      const found = await explainPerson(workspace, who)
      if (flags.isSet('json')) terminal.line(JSON.stringify(found))
      else if (found.length === 0) terminal.line('nobody of that is known to this workspace')
      else for (const line of found.flatMap(describe)) terminal.line(line)
      return found.length === 0 ? UNKNOWN : 0
    }),
}

const describe = ({
  contactId,
  reasons,
  record,
  opportunities,
  deliveries,
}: Explanation): readonly string[] => [
  `contact ${contactId}: ${record ? `${record.object} ${record.crmId}` : 'not in Salesforce'}`,
  ...reasons.map((reason) => `  ${reason}`),
  ...(record?.owner ? [`  owned by ${record.owner}`] : []),
  ...opportunities.map(
    ({ name, crmId, stage, amount, currency, closeDate }) =>
      `  Opportunity ${crmId} ${name}: ${stage}${amount === null ? '' : `, ${amount} ${currency}`.trimEnd()}${closeDate === null ? '' : `, closes ${closeDate}`}`,
  ),
  ...deliveries.map(
    ({ at, object, operation, outcome, reason, code }) =>
      `  ${at.slice(0, 19)}  ${operation} ${object}: ${outcome}${code === '' ? '' : ` (${code})`}, because of ${reason}`,
  ),
]
