import { identitySettings, type IdentityLimits } from '@leadline/contract'
import { countMovesBySql, type Move } from '@leadline/resolver/src/sql-ladder/compare-with-sql.ts'
import { CommandError, type Command } from '../command.ts'
import { withWorkspace, workspaceFlags } from '../identity/open-workspace.ts'
import { readNames } from '../identity/read-names.ts'
import { readOwnDocument } from '../settings/read-documents.ts'
import { toWorkspaceDocument } from '../resolve/workspace-document.ts'
import { formatCount } from '../terminal/table.ts'

const MAX_LINES = 20

export const identityPreview: Command = {
  name: 'identity preview',
  summary: 'what other limits of identity would move, before they are set',
  details: [
    'Reads the section `identity` of the first workspace of FILE and asks the rules, in SQL over all events, whose each',
    'would be. Nothing is changed. Lists of junk, calling codes and devices act on events as they arrive, so they show',
    'no effect here.',
  ].join('\n'),
  flags: {
    ...workspaceFlags,
    with: { type: 'string', value: 'FILE', help: 'A leadline.yaml with the new limits' },
    json: { type: 'boolean', help: 'Print {"events", "leads", "moves": [{"from", "to", "events"}]}' },
  },
  exitCodes: { 0: 'shown', 1: 'it could not be found out' },
  async run(flags, terminal) {
    const file = flags.text('with')
    if (file === undefined)
      throw new CommandError('--with is missing: --with FILE, a leadline.yaml with the new limits')
    const identity = await readLimits(file)
    const { moves, nameOf } = await withWorkspace(flags, async (open) => {
      const settings = { ...open.workspace.settings, identity }
      const moves = await countMovesBySql(open.warehouse, { ...open.workspace, settings })
      const shown = moves.slice(0, MAX_LINES).flatMap(({ from, to }) => [from, to])
      return { moves, nameOf: await readNames(open, shown) }
    })
    const events = moves.reduce((sum, move) => sum + move.events, 0)
    const leads = new Set(moves.flatMap(({ from, to }) => [from, to])).size
    if (flags.isSet('json')) terminal.line(JSON.stringify({ events, leads, moves }))
    else terminal.line(describe({ events, leads, moves }, nameOf))
    return 0
  },
}

interface Preview {
  readonly events: number
  readonly leads: number
  readonly moves: readonly Move[]
}

function describe({ events, leads, moves }: Preview, nameOf: (id: string) => string): string {
  if (events === 0) return 'Nothing would move.'
  const lines = moves
    .slice(0, MAX_LINES)
    .map(({ from, to, events }) => `  ${formatCount(events)}: ${nameOf(from)} -> ${nameOf(to)}`)
  if (moves.length > MAX_LINES)
    lines.push(`  and ${formatCount(moves.length - MAX_LINES)} lines more; see --json`)
  const head = `${formatCount(events)} events of ${formatCount(leads)} leads would move:`
  return [head, ...lines, 'Nothing was changed.'].join('\n')
}

async function readLimits(file: string): Promise<IdentityLimits> {
  const { identity } = toWorkspaceDocument(await readOwnDocument(file), undefined)
  const parsed = identitySettings.safeParse(identity ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new CommandError(
    `${file}: workspaces.0.identity.${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  )
}
