import { CommandError, type Command } from '../command.ts'
import { askControl, type ControlAnswer } from '../control/ask-control.ts'
import { buildInstancePaths, DEFAULT_DIRECTORY } from '../instance/instance-paths.ts'
import { formatStatus } from '../status/format-status.ts'
import { statusSchema } from '../status/status.ts'
import { dataFlag } from './data-flag.ts'

const TIMEOUT_MS = 20_000
const NOT_RUNNING = 3

export const status: Command = {
  name: 'status',
  summary: 'how the running instance is, and how far it has come',
  details: [
    'steps: accepted, parked and dead count since the start; stored and resolved (its lead is known) are the events in the',
    'warehouse; waiting are CRM records held back for a moment, parked those that needed a person.',
    'idle: no topic behind, and no reconcile, hold-down, plan or delivery due or in flight.',
  ].join('\n'),
  flags: {
    data: dataFlag,
    email: { type: 'string', value: 'ADDRESS', help: 'Also what became of this person, or why not' },
    json: { type: 'boolean', help: 'Print one JSON object' },
  },
  exitCodes: { 0: 'running', 1: 'the question could not be answered', 3: 'not running' },
  async run(flags, terminal) {
    const { control, directory } = buildInstancePaths(flags.text('data') ?? DEFAULT_DIRECTORY)
    const email = flags.text('email')
    const path = email === undefined ? '/status' : `/status?${new URLSearchParams({ email }).toString()}`
    const answer = await askControl({ control, path, timeoutMs: TIMEOUT_MS })
    if (answer.kind === 'not-running') {
      if (flags.isSet('json')) terminal.line(JSON.stringify({ running: false }))
      else terminal.error(`leadline: nothing runs on ${directory}; \`npm start\` starts it`)
      return NOT_RUNNING
    }
    const found = statusSchema.parse(readBody(answer))
    terminal.line(flags.isSet('json') ? JSON.stringify(found) : formatStatus(found))
    return 0
  },
}

function readBody(answer: Exclude<ControlAnswer, { kind: 'not-running' }>): unknown {
  if (answer.kind === 'answer') return answer.body
  throw new CommandError(`the instance (pid ${answer.pid}) did not answer: ${answer.reason}`)
}
