import { createLog } from '@leadline/runtime'
import { CommandError, type Command } from '../command.ts'
import { readEnvironment } from '../config.ts'
import { MessageOrder } from '../resolve/message-order.ts'
import { openScratchInstance } from '../resolve/scratch-instance.ts'
import { readEventPortions } from '../resolve/read-event-portions.ts'
import { readResolved } from '../resolve/read-resolved.ts'
import { resolveEvents } from '../resolve/resolve-events.ts'
import { toWorkspaceDocument } from '../resolve/workspace-document.ts'
import { checkPlace, writeResolved } from '../resolve/write-resolved.ts'
import { readOwnDocument } from '../settings/read-documents.ts'
import { listenForSignals } from '../start/wait-for-signal.ts'

const REJECTED_LINES = 2
const INTERRUPTED = 130
const WORKSPACE = 1

export const resolve: Command = {
  name: 'resolve',
  summary: 'who is who in a file of events: one line for each message, with its lead and session',
  details: [
    'Runs the resolver on an empty instance in a temporary directory, which is removed afterwards. Events are in',
    "Segment's format, one JSON object a line, gzip or not, taken in the order of the file; receivedAt is when one arrived,",
    'channel: server says that a secret key sent it. Answers {messageId, leadId, contactId, companyId, sessionId}, null',
    'for what there is not, one line for each distinct message in the order in which they first appear.',
  ].join('\n'),
  flags: {
    in: { type: 'string', value: 'FILE', help: 'The events; - for standard input' },
    out: { type: 'string', value: 'FILE', help: 'Where the answers go; - for standard output (default)' },
    'identity-key': {
      type: 'string',
      value: 'KEY',
      help: 'What ids are hashed with (default: a fixed text)',
    },
    config: { type: 'string', value: 'FILE', help: 'A leadline.yaml, for the limits of its first workspace' },
  },
  exitCodes: {
    0: 'every line was resolved',
    1: 'nothing was written; the reason is the last line',
    2: 'answers are written, but some lines are no events: they are named on standard error',
    130: 'interrupted',
  },
  async run(flags, terminal) {
    const input = flags.text('in')
    if (input === undefined)
      throw new CommandError('--in is missing: --in FILE, or --in - for standard input')
    const output = flags.text('out') ?? '-'
    await checkPlace(output)
    const own = await readOwnDocument(flags.text('config'))
    const workspace = toWorkspaceDocument(own, flags.text('identity-key'))
    const signals = listenForSignals()
    const instance = await openScratchInstance(workspace, readEnvironment())
    try {
      let rejected = 0
      const order = new MessageOrder()
      const portions = readEventPortions({
        path: input,
        input: process.stdin,
        workspace: WORKSPACE,
        now: Date.now,
        onEvent: (messageId) => order.add(messageId),
        onRejected: (line, reason) => {
          rejected += 1
          terminal.error(`leadline: ${input} line ${line}: ${reason}`)
        },
      })
      await resolveEvents(instance, portions, {
        log: createLog('resolve', (line, level) => void (level === 'info' || terminal.error(line))),
        stop: signals.stop,
        onProgress: (step) => terminal.progress(`  ${step}`),
      })
      terminal.progress('')
      await order.fill(readResolved(instance.warehouse, WORKSPACE))
      await writeResolved(output, order.answers(), process.stdout)
      return rejected > 0 ? REJECTED_LINES : 0
    } catch (error) {
      if (signals.stop.aborted) return INTERRUPTED
      throw error
    } finally {
      terminal.progress('')
      await instance.close()
      signals.dispose()
    }
  },
}
