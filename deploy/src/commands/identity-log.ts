import { readCommands } from '@leadline/resolver/src/control/read-commands.ts'
import type { Command } from '../command.ts'
import { toOperatorWord } from '../identity/describe-plan.ts'
import { withWorkspace, workspaceFlags } from '../identity/open-workspace.ts'

const DEFAULT_LINES = 50

export const identityLog: Command = {
  name: 'identity log',
  summary: 'what operators decided, the latest first',
  flags: {
    ...workspaceFlags,
    limit: { type: 'string', value: 'N', help: `Commands to show (default ${DEFAULT_LINES})` },
    json: { type: 'boolean', help: 'Print one JSON array' },
  },
  exitCodes: { 0: 'shown', 1: 'it could not be read' },
  async run(flags, terminal) {
    const limit = flags.wholeNumber('limit', { min: 1, max: 10_000 }) ?? DEFAULT_LINES
    const commands = await withWorkspace(flags, ({ warehouse, workspace }) =>
      readCommands(warehouse, workspace.id, limit),
    )
    if (flags.isSet('json')) {
      terminal.line(JSON.stringify(commands))
      return 0
    }
    for (const { id, at, actor, action, undoneBy, leads, events } of commands) {
      const undone = undoneBy === '' ? '' : `  undone by ${undoneBy}`
      terminal.line(
        `${at}  ${id}  ${actor}  ${toOperatorWord(action)}  ${leads} leads, ${events} events${undone}`,
      )
    }
    if (commands.length === 0) terminal.line('No operator has decided anything yet.')
    return 0
  },
}
