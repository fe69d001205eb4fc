import { createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { CommandError, type Command } from '../command.ts'
import type { FlagValues } from '../flag-values.ts'
import { withWorkspace, workspaceFlags } from '../identity/open-workspace.ts'
import { readPosition, writePosition, type Position } from '../import/position-file.ts'
import { readRecords, type Format } from '../import/read-records.ts'
import { runImport } from '../import/run-import.ts'
import type { Kind } from '../import/to-event.ts'
import { listenForSignals } from '../start/wait-for-signal.ts'
import { formatCount } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'

const REJECTED = 2
const INTERRUPTED = 130

export const importRecords: Command = {
  name: 'import',
  summary: 'bring in past events, or people you know, from a file',
  details: [
    'Events are in the format of Segment (its archives too), one JSON object a line; or CSV with a header, where dots',
    'make objects: type,event,userId,timestamp,properties.url; gzip or not. They keep their times; receivedAt is when one',
    'arrived, and channel: server says that a secret key sent it. With --kind leads each record is a person: email or',
    'userId, timestamp (since when; else since the file was written), and all other columns as traits.',
    'How far it has come stands in FILE.position: the same call goes on from there. Importing a file twice doubles nothing.',
  ].join('\n'),
  flags: {
    in: { type: 'string', value: 'FILE', help: 'The file; - for standard input, which cannot be resumed' },
    format: { type: 'string', value: 'F', help: 'jsonl or csv (default: by the name of the file)' },
    kind: { type: 'string', value: 'K', help: 'events (default) or leads' },
    source: {
      type: 'string',
      value: 'NAME',
      help: 'What stands with each event as its source (default import)',
    },
    rejected: {
      type: 'string',
      value: 'FILE',
      help: 'Where rejected records are listed (default: standard error)',
    },
    ...workspaceFlags,
  },
  exitCodes: {
    0: 'everything is in the log',
    1: 'it was broken off; the reason is the last line, and the same call goes on',
    2: 'everything else is in the log, but some records were rejected',
    130: 'interrupted; the same call goes on',
  },
  async run(flags, terminal) {
    const path = flags.text('in')
    if (path === undefined) throw new CommandError('--in is missing: --in FILE, or --in - for standard input')
    const signals = listenForSignals()
    try {
      const done = await bringIn(path, flags, { terminal, stop: signals.stop })
      terminal.progress('')
      terminal.line(`${formatCount(done.sent)} events sent, ${formatCount(done.rejected)} records rejected.`)
      return done.rejected > 0 ? REJECTED : 0
    } catch (error) {
      if (signals.stop.aborted) return INTERRUPTED
      throw error
    } finally {
      terminal.progress('')
      signals.dispose()
    }
  },
}

interface Surroundings {
  readonly terminal: Terminal
  readonly stop: AbortSignal
}

async function bringIn(path: string, flags: FlagValues, { terminal, stop }: Surroundings): Promise<Position> {
  const kind = pick<Kind>(flags, 'kind', ['events', 'leads'])
  const format = pick<Format>(
    flags,
    'format',
    /\.csv(?:\.gz)?$/i.test(path) ? ['csv', 'jsonl'] : ['jsonl', 'csv'],
  )
  const { bytes, writtenMs } = path === '-' ? { bytes: 0, writtenMs: Date.now() } : await readState(path)
  const positionPath = path === '-' ? undefined : `${path}.position`
  const from = (positionPath && (await readPosition(positionPath, bytes))) || {
    bytes,
    records: 0,
    sent: 0,
    rejected: 0,
  }
  const report = openReport(flags.text('rejected'), path, terminal)
  try {
    return await withWorkspace(flags, async ({ stream, workspace }) => {
      const done = await runImport(readRecords(path, format, process.stdin), {
        stream,
        workspace: workspace.id,
        kind,
        source: flags.text('source') ?? 'import',
        from,
        undatedMs: writtenMs,
        stop,
        onRejected: (record, reason) => report.add(record, reason),
        onPosition: async (position) => {
          terminal.progress(`  ${formatCount(position.records)} records`)
          if (positionPath) await writePosition(positionPath, position)
        },
      })
      if (positionPath) await rm(positionPath, { force: true })
      return done
    })
  } finally {
    await report.close()
  }
}

/** The first of the names is what stands when the flag does not. */
function pick<Name extends string>(flags: FlagValues, flag: string, names: readonly [Name, ...Name[]]): Name {
  const text = flags.text(flag)
  if (text === undefined) return names[0]
  const found = names.find((name) => name === text)
  if (found) return found
  throw new CommandError(`--${flag} must be ${names.join(' or ')}, not ${JSON.stringify(text)}`)
}

async function readState(path: string): Promise<{ readonly bytes: number; readonly writtenMs: number }> {
  try {
    const { size, mtimeMs } = await stat(path)
    return { bytes: size, writtenMs: Math.min(Math.floor(mtimeMs), Date.now()) }
  } catch (error) {
    throw new CommandError(`${path} cannot be read: there is no such file`, { cause: error })
  }
}

function openReport(file: string | undefined, input: string, terminal: Terminal) {
  if (file === undefined)
    return {
      add: (record: number, reason: string) =>
        terminal.error(`leadline: ${input} record ${record}: ${reason}`),
      close: () => Promise.resolve(),
    }
  const output = createWriteStream(file, { flags: 'a' })
  return {
    add: (record: number, reason: string) => void output.write(`${JSON.stringify({ record, reason })}\n`),
    close: () => new Promise<void>((resolve) => output.end(resolve)),
  }
}
