import type { Command } from '../command.ts'
import { gatherStatus, type SalesforceStatus } from '../salesforce/gather-status.ts'
import { salesforceFlags, withCrm } from '../salesforce/read-crm.ts'
import { formatCount, formatPairs } from '../terminal/table.ts'

const BROKEN = 2

export const salesforceStatus: Command = {
  name: 'salesforce status',
  summary: 'which org, which user, how many calls, how the storage fills, and what waits for a person',
  details:
    'Records that were refused are grouped by what is wrong with them. Storage is foretold from what the last seven days made, at 2 KB a record. Three API calls.',
  flags: salesforceFlags,
  exitCodes: {
    0: 'the connection works, and the org is set up',
    1: 'the question could not be answered',
    2: 'the connection is broken, or the org is not set up',
  },
  async run(flags, terminal) {
    const status = await withCrm(flags, gatherStatus)
    terminal.line(flags.isSet('json') ? JSON.stringify(status) : formatStatus(status))
    return status.connection === 'good' && status.setupProblem === null ? 0 : BROKEN
  },
}

/** Below this a warning stands beside it. */
const FEW_DAYS = 30

const STOPPED: [string, string] = [
  'timeline',
  'STOPPED: no more rows until there is room (timeline.stopAtStoragePercent)',
]

function formatStorage(storage: SalesforceStatus['storage']): [string, string][] {
  if (storage === null) return []
  const { usedMb, maxMb, recordsPerDay, mbPerDay, stopsAtMb, daysLeft } = storage
  const isFull = usedMb >= stopsAtMb
  const left =
    daysLeft === null
      ? 'nothing is being made'
      : `${formatCount(daysLeft)} days until ${formatCount(Math.floor(stopsAtMb))} MB`
  const warning =
    daysLeft !== null && daysLeft < FEW_DAYS ? '; WARNING: make room, or set timeline.per to day' : ''
  return [
    ['storage', `${formatCount(Math.ceil(usedMb))} of ${formatCount(maxMb)} MB used`],
    ['filling', `${formatCount(recordsPerDay)} records (${mbPerDay.toFixed(1)} MB) a day, ${left}${warning}`],
    ...(isFull ? [STOPPED] : []),
  ]
}

function formatStatus(status: SalesforceStatus): string {
  const pairs = formatPairs([
    ['connection', `${status.connection} (${status.flow})`],
    ...(status.setupProblem === null ? [] : [['NOT SET UP', status.setupProblem] satisfies [string, string]]),
    ['org', `${status.orgId} at ${status.instanceUrl}`],
    ['user', status.userId],
    ['limits', status.limits],
    [
      'our share',
      status.allowedCalls === null ? 'not known yet' : `${formatCount(status.allowedCalls)} calls a day`,
    ],
    ...formatStorage(status.storage),
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
