import type { OperatorPlan } from '@leadline/resolver/src/control/operate.ts'

type Plan = Extract<OperatorPlan, { ok: true }>

const MAX_LINES = 20

/** What an action is called where operators read and write it. */
export const toOperatorWord = (action: string): string => (action === 'part' ? 'split' : action)

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

/** All that `describePlan` will want to name. */
export const idsOfPlan = ({ effect }: Plan): readonly string[] => [
  ...effect.moves.flatMap(({ node, from, to }) => [node.id, from, to]),
  ...effect.events.flatMap(({ from, to }) => [from, to]),
]

interface Telling {
  readonly isDryRun: boolean
  readonly nameOf: (id: string) => string
}

/** What a command changes, in words. */
export function describePlan({ command, effect }: Plan, { isDryRun, nameOf }: Telling): string {
  const { leads, events, sessions } = effect.counts
  const would = isDryRun ? 'would change' : 'changes'
  const lines = [
    `${toOperatorWord(command.action)} ${would} ${plural(leads, 'lead')}, ${plural(events, 'event')}, ${plural(sessions, 'session')}`,
    ...effect.moves.map(({ node, from, to }) => `  ${nameOf(node.id)}: ${nameOf(from)} -> ${nameOf(to)}`),
    ...effect.events.map(
      ({ from, to, count }) => `  ${plural(count, 'event')}: ${nameOf(from)} -> ${nameOf(to)}`,
    ),
  ]
  const shown = lines.slice(0, MAX_LINES)
  if (shown.length < lines.length) shown.push(`  and ${lines.length - shown.length} lines more; see --json`)
  shown.push(closing(command, isDryRun))
  return shown.join('\n')
}

function closing({ action, id }: Plan['command'], isDryRun: boolean): string {
  if (isDryRun) return 'Nothing was changed.'
  if (action === 'erase') return `In force as command ${id}. It cannot be undone.`
  return `In force as command ${id}; \`leadline identity undo ${id}\` takes it back.`
}
