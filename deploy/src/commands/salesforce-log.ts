import {
  findContacts,
  groupFailures,
  LOG_KEYS,
  readLog,
  readParked,
  toCsv,
  type Delivery,
} from '@leadline/crm-sync/operate'
import type { Command } from '../command.ts'
import type { FlagValues } from '../flag-values.ts'
import { readFilter } from '../salesforce/choose-subjects.ts'
import { salesforceFlags, withCrm, type CrmWorkspace } from '../salesforce/read-crm.ts'
import { formatCount } from '../terminal/table.ts'

const LIMIT = { min: 1, max: 1_000_000 }

export const salesforceLog: Command = {
  name: 'salesforce log',
  summary: 'what was written to Salesforce and taken over from it, with old and new values and the reason',
  details:
    'The latest first. --failures groups what was refused by its cause, and what still waits because of it. --csv writes every column, --json one object a line.',
  flags: {
    ...salesforceFlags,
    email: { type: 'string', value: 'ADDRESS', help: 'Only of this person' },
    filter: {
      type: 'string',
      value: 'K=V,…',
      help: `Only what matches; keys: ${Object.keys(LOG_KEYS).join(', ')}`,
    },
    limit: { type: 'string', value: 'N', help: 'So many at most (default 100)' },
    failures: { type: 'boolean', help: 'By cause' },
    csv: { type: 'boolean', help: 'Print CSV' },
  },
  exitCodes: { 0: 'printed', 1: 'it could not be read' },
  run: (flags, terminal) =>
    withCrm(flags, async (workspace) => {
      for (const line of await readLines(flags, workspace)) terminal.line(line)
      return 0
    }),
}

async function readLines(flags: FlagValues, workspace: CrmWorkspace): Promise<readonly string[]> {
  const email = flags.text('email')
  const deliveries = await readLog(workspace, {
    filter: readFilter(flags, LOG_KEYS),
    ids: email === undefined ? undefined : await findContacts(workspace, email),
    limit: flags.wholeNumber('limit', LIMIT) ?? 100,
  })
  if (flags.isSet('failures')) return await groupLines(flags, workspace, deliveries)
  if (flags.isSet('csv')) return [toCsv(deliveries)]
  return flags.isSet('json') ? deliveries.map((one) => JSON.stringify(one)) : deliveries.map(toLine)
}

async function groupLines(
  flags: FlagValues,
  workspace: CrmWorkspace,
  deliveries: readonly Delivery[],
): Promise<readonly string[]> {
  const failures = groupFailures(deliveries.filter(({ outcome }) => outcome === 'failed'))
  const parked = Map.groupBy(await readParked(workspace), ({ signature }) => signature)
  const waiting = [...parked].map(([signature, rows]) => ({ signature, waiting: rows.length }))
  if (flags.isSet('json')) return [JSON.stringify({ failures, waiting })]
  return [
    ...failures.map(
      ({ count, object, code, message }) => `${formatCount(count)} refused  ${object} ${code}: ${message}`,
    ),
    ...waiting.map(({ signature, waiting: count }) => `${formatCount(count)} waiting  ${signature}`),
    ...(failures.length + waiting.length === 0 ? ['nothing was refused, nothing waits'] : []),
  ]
}

const toLine = (one: Delivery): string =>
  [
    one.at.slice(0, 19),
    one.direction,
    one.outcome,
    one.object,
    one.crm_id || one.id,
    `(${one.reason}, try ${one.attempt})`,
    one.fields === '{}' ? '' : one.fields,
    [one.code, one.message].filter(Boolean).join(': '),
  ]
    .filter((part) => part !== '')
    .join('  ')
