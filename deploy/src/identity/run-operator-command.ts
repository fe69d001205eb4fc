import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { planCommand, sendCommand, type OperatorRequest } from '@leadline/resolver/src/control/operate.ts'
import { isInForce } from '@leadline/resolver/src/control/read-commands.ts'
import { CommandError, type Command, type Flag } from '../command.ts'
import { readEnvironment } from '../config.ts'
import type { FlagValues } from '../flag-values.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { describePlan, idsOfPlan } from './describe-plan.ts'
import { withWorkspace, workspaceFlags, type OpenWorkspace } from './open-workspace.ts'
import { readNames } from './read-names.ts'

const REFUSED = 2
const LIMIT_MS = 30_000
const PAUSE_MS = 100

const operatorFlags: Readonly<Record<string, Flag>> = {
  ...workspaceFlags,
  actor: {
    type: 'string',
    value: 'NAME',
    help: 'Who decides, for the log (default: the user of this shell)',
  },
  'dry-run': { type: 'boolean', help: 'Say what would change, and change nothing' },
  json: { type: 'boolean', help: 'Print one JSON object' },
}

const SUBJECTS =
  'A and B are user:ID, mail:ADDRESS (or the address alone), anon:ID, or the id of a lead. Undo takes the id of a command.'

interface OperatorCommand extends Pick<Command, 'name' | 'summary' | 'operands'> {
  readonly toRequest: (flags: FlagValues) => OperatorRequest
}

/** A command of an operator: plans it, shows what it changes, and puts it in force. */
export const createOperatorCommand = ({
  name,
  summary,
  operands = [],
  toRequest,
}: OperatorCommand): Command => ({
  name,
  summary,
  details: SUBJECTS,
  flags: operatorFlags,
  operands,
  exitCodes: { 0: 'in force, or only looked at', 1: 'it failed', 2: 'refused: it makes no sense here' },
  run: (flags, terminal) =>
    withWorkspace(flags, (open) => runRequest(open, { flags, terminal, request: toRequest(flags) })),
})

interface Call {
  readonly flags: FlagValues
  readonly terminal: Terminal
  readonly request: OperatorRequest
}

async function runRequest(
  { warehouse, stream, workspace }: OpenWorkspace,
  { flags, terminal, request }: Call,
): Promise<number> {
  const actor = flags.text('actor') ?? readEnvironment()['USER'] ?? 'operator'
  const plan = await planCommand({ warehouse, workspace, actor, now: Date.now, newId: randomUUID }, request)
  if (!plan.ok) {
    if (flags.isSet('json')) terminal.line(JSON.stringify({ ok: false, reason: plan.reason }))
    else terminal.error(`leadline: ${plan.reason}`)
    return REFUSED
  }
  const isDryRun = flags.isSet('dry-run')
  // Before it is in force: an erasure leaves no names.
  const nameOf = await readNames({ warehouse, workspace }, idsOfPlan(plan))
  if (!isDryRun) {
    await sendCommand(stream, plan.command)
    const deadline = Date.now() + LIMIT_MS
    while (!(await isInForce(warehouse, workspace.id, plan.command.id))) {
      if (Date.now() > deadline)
        throw new CommandError(`command ${plan.command.id} is safe, but no resolver has taken it up yet`)
      await delay(PAUSE_MS)
    }
  }
  const { command, effect } = plan
  if (flags.isSet('json')) terminal.line(JSON.stringify({ ok: true, dryRun: isDryRun, command, effect }))
  else terminal.line(describePlan(plan, { isDryRun, nameOf }))
  return 0
}
