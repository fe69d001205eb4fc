import { readSubject } from '@leadline/resolver/src/control/read-subject.ts'
import { explainEvents } from '@leadline/resolver/src/explain/explain-event.ts'
import { explainIdentity } from '@leadline/resolver/src/explain/explain-identity.ts'
import { explainTraits } from '@leadline/resolver/src/explain/explain-trait.ts'
import { openSources } from '@leadline/resolver/src/reconcile/open-sources.ts'
import type { Sources } from '@leadline/resolver/src/reconcile/sources.ts'
import { CommandError, type Command } from '../command.ts'
import type { FlagValues } from '../flag-values.ts'
import { describeChain, describeEvent, describeTrait } from '../identity/describe-explanation.ts'
import { withWorkspace, workspaceFlags } from '../identity/open-workspace.ts'

const UNKNOWN = 2

interface Answer {
  readonly found: boolean
  readonly json: unknown
  readonly lines: readonly string[]
}

export const explain: Command = {
  name: 'explain',
  summary: 'why an event or a value belongs to a lead, as the chain of facts',
  details: [
    '--lead takes the id of a lead, user:ID, mail:ADDRESS or anon:ID. With --trait, or alone, it tells of each value who',
    'said it, when, by which message, and what else was said; with --event, why a message belongs to its lead.',
  ].join('\n'),
  flags: {
    ...workspaceFlags,
    lead: { type: 'string', value: 'ID', help: 'Whose values' },
    email: { type: 'string', value: 'ADDRESS', help: 'The same, by mail address' },
    trait: { type: 'string', value: 'KEY', help: 'Only this value' },
    event: { type: 'string', value: 'MESSAGE_ID', help: 'Why this message belongs to its lead' },
    json: { type: 'boolean', help: 'Print one JSON object' },
  },
  exitCodes: { 0: 'explained', 1: 'it could not be read', 2: 'nobody, or no such message, is known' },
  async run(flags, terminal) {
    const answer = await withWorkspace(flags, async ({ warehouse, workspace }) =>
      ask(await openSources(warehouse, workspace, 1), flags),
    )
    if (flags.isSet('json')) terminal.line(JSON.stringify(answer.json))
    else for (const line of answer.lines) terminal.line(line)
    return answer.found ? 0 : UNKNOWN
  },
}

async function ask(sources: Sources, flags: FlagValues): Promise<Answer> {
  const message = flags.text('event')
  if (message !== undefined) return await askEvent(sources, message)
  const email = flags.text('email')
  const text = flags.text('lead') ?? (email === undefined ? undefined : `mail:${email}`)
  if (text === undefined) throw new CommandError('name one: --lead ID, --email ADDRESS or --event MESSAGE_ID')
  const read = await readSubject(sources, text)
  if (!read.ok) return { found: false, json: { reason: read.reason }, lines: [read.reason] }
  const { node, lead } = read.subject
  const chain = await explainIdentity(sources, node)
  const traits = await explainTraits(sources, lead, flags.text('trait'))
  return {
    found: true,
    json: { lead, chain, traits },
    lines: [`lead ${lead.id}`, ...describeChain(chain), ...traits.flatMap(describeTrait)],
  }
}

async function askEvent(sources: Sources, message: string): Promise<Answer> {
  const events = await explainEvents(sources, message)
  return {
    found: events.length > 0,
    json: { events },
    lines: events.length > 0 ? events.flatMap(describeEvent) : [`no message ${message} is stored`],
  }
}
