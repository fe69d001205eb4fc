import { readActionLog, type ActionLogLine } from '@leadline/resolver/src/actions/operate.ts'
import { filterFlag, readActionFilter } from '../actions/action-filter.ts'
import type { Command } from '../command.ts'
import { withWorkspace, workspaceFlags } from '../identity/open-workspace.ts'

const LIMIT = { min: 1, max: 1_000_000 }
const DEFAULT_LINES = 100

export const actionsLog: Command = {
  name: 'actions log',
  summary: 'what rules did when they fired: messages, owners, and what became of them',
  details: [
    'The latest first. state: due (on its way, or tried again at the time that is told), done, parked (waits for a person:',
    '`leadline actions retry`), skipped (too_old, imported, fired_already). What was said of a lead is in no log.',
  ].join('\n'),
  flags: {
    ...workspaceFlags,
    filter: filterFlag,
    limit: { type: 'string', value: 'N', help: `So many at most (default ${DEFAULT_LINES})` },
    json: { type: 'boolean', help: 'Print one object a line' },
  },
  exitCodes: { 0: 'printed', 1: 'it could not be read' },
  async run(flags, terminal) {
    const question = {
      filter: readActionFilter(flags),
      limit: flags.wholeNumber('limit', LIMIT) ?? DEFAULT_LINES,
    }
    const lines = await withWorkspace(flags, ({ warehouse, workspace }) =>
      readActionLog(warehouse, workspace.id, question),
    )
    const isJson = flags.isSet('json')
    for (const line of lines) terminal.line(isJson ? JSON.stringify(line) : toLine(line))
    if (lines.length === 0 && !isJson) terminal.line('No rule has done anything of that yet.')
    return 0
  },
}

const toLine = (one: ActionLogLine): string =>
  [
    one.created_at.slice(0, 19),
    one.state,
    one.rule,
    one.action,
    `lead ${one.lead_id}`,
    one.attempts === 0 ? '' : `(try ${one.attempts}, ${one.latency_ms} ms)`,
    one.error,
    one.state === 'due' && one.attempts > 0 ? `again at ${one.next_at.slice(0, 19)}` : '',
  ]
    .filter((part) => part !== '')
    .join('  ')
