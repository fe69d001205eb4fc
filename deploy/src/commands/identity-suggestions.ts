import { findSuggestions } from '@leadline/resolver/src/explain/find-suggestions.ts'
import type { Command } from '../command.ts'
import { withWorkspace, workspaceFlags } from '../identity/open-workspace.ts'
import { readNames } from '../identity/read-names.ts'

const DEFAULT_LINES = 100

export const identitySuggestions: Command = {
  name: 'identity suggestions',
  summary: 'who may be one and the same; `identity join A B` makes it so',
  flags: {
    ...workspaceFlags,
    limit: { type: 'string', value: 'N', help: `Suggestions to show (default ${DEFAULT_LINES})` },
    json: { type: 'boolean', help: 'Print one JSON array' },
  },
  exitCodes: { 0: 'shown', 1: 'they could not be read' },
  async run(flags, terminal) {
    const limit = flags.wholeNumber('limit', { min: 1, max: 10_000 }) ?? DEFAULT_LINES
    const found = await withWorkspace(flags, async (open) => {
      const suggestions = await findSuggestions(open, limit)
      const nameOf = await readNames(
        open,
        suggestions.flatMap(({ a, b }) => [a, b]),
      )
      return suggestions.map((pair) => ({ ...pair, aName: nameOf(pair.a), bName: nameOf(pair.b) }))
    })
    if (flags.isSet('json')) {
      terminal.line(JSON.stringify(found))
      return 0
    }
    for (const { kind, aName, bName, because } of found)
      terminal.line(`${kind}  ${aName}  ${bName}  ${because}`)
    if (found.length === 0) terminal.line('Nobody looks like somebody else.')
    return 0
  },
}
