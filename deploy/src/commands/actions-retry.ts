import { retryDeliveries } from '@leadline/resolver/src/actions/operate.ts'
import { filterFlag, readActionFilter } from '../actions/action-filter.ts'
import { CommandError, type Command } from '../command.ts'
import { withWorkspace, workspaceFlags } from '../identity/open-workspace.ts'

export const actionsRetry: Command = {
  name: 'actions retry',
  summary: 'deliver again what rules could not deliver and what waits for a person',
  details: [
    'Parked messages are due at once, with the id and words they had, and go where the settings say now. A receiver that',
    'had said it was gone (410) is asked again. What fired with an event older than 30 days (and maxAgeHours) stays as it is.',
  ].join('\n'),
  flags: {
    ...workspaceFlags,
    filter: filterFlag,
    all: { type: 'boolean', help: 'Everything that waits' },
    json: { type: 'boolean', help: 'Print {"retried"}' },
  },
  exitCodes: { 0: 'handed over', 1: 'it failed, or nothing was chosen' },
  async run(flags, terminal) {
    if (!flags.isSet('all') && !flags.isSet('filter'))
      throw new CommandError('say what: --all, or --filter K=V, e.g. --filter rule=hot')
    const filter = readActionFilter(flags)
    const retried = await withWorkspace(flags, ({ warehouse, workspace }) =>
      retryDeliveries(warehouse, workspace, { filter, nowMs: Date.now() }),
    )
    terminal.line(flags.isSet('json') ? JSON.stringify({ retried }) : `Handed over: ${retried}.`)
    return 0
  },
}
