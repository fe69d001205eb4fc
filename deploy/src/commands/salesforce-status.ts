import type { Command } from '../command.ts'
import { gatherStatus, type SalesforceStatus } from '../salesforce/gather-status.ts'
import { salesforceFlags, withCrm } from '../salesforce/read-crm.ts'
import { formatCount, formatPairs } from '../terminal/table.ts'

const BROKEN = 2

export const salesforceStatus: Command = {
  name: 'salesforce status',
  summary: 'which org, which user, how many calls, and what waits for a person',
  details: 'Records that were refused are grouped by what is wrong with them. One API call.',
  flags: salesforceFlags,
  exitCodes: {
    0: 'the connection works',
    1: 'the question could not be answered',
    2: 'the connection is broken',
  },
  async run(flags, terminal) {
    const status = await withCrm(flags, gatherStatus)
    terminal.line(flags.isSet('json') ? JSON.stringify(status) : formatStatus(status))
    return status.connection === 'good' ? 0 : BROKEN
  },
}

function formatStatus(status: SalesforceStatus): string {
  const pairs = formatPairs([
    ['connection', `${status.connection} (${status.flow})`],
    ['org', `${status.orgId} at ${status.instanceUrl}`],
    ['user', status.userId],
    ['limits', status.limits],
    [
      'our share',
      status.allowedCalls === null ? 'not known yet' : `${formatCount(status.allowedCalls)} calls a day`,
    ],
    ...status.lanes.map(({ lane, calls, stopsAt }): [string, string] => [
      `lane ${lane}`,
      `${formatCount(calls)} calls in the last day${stopsAt === null ? '' : `, stops at ${formatCount(stopsAt)} of all lanes`}`,
    ]),
  ])
  const parked = status.parked.map(
    ({ object, code, message, count, advice }) =>
      `  ${formatCount(count)} ${object}: ${code} ${message}\n      ${advice}`,
  )
  return [
    pairs,
    parked.length === 0 ? '  nothing waits for a person' : 'Waiting for a person:',
    ...parked,
  ].join('\n')
}
