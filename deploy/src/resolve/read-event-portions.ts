import type { Readable } from 'node:stream'
import type { StreamValue } from '@leadline/stream'
import { parseEventLine } from '../event-files/parse-event-line.ts'
import { readLines, type Line } from '../event-files/read-lines.ts'

export interface EventFile {
  /** `-` for `input`. */
  readonly path: string
  readonly input: Readable
  readonly workspace: number
  readonly now: () => number
  readonly onEvent: (messageId: string) => void
  readonly onRejected: (line: number, reason: string) => void
}

const PORTION = 5000

/** Events of a file as values for the events topic, in the order of the file. Empty lines are passed over. */
export async function* readEventPortions(file: EventFile): AsyncGenerator<readonly StreamValue[]> {
  let portion: StreamValue[] = []
  for await (const lines of readLines(file.path, file.input)) {
    for (const line of lines) {
      const value = toValue(file, line)
      if (value) portion.push(value)
    }
    if (portion.length < PORTION) continue
    yield portion
    portion = []
  }
  if (portion.length > 0) yield portion
}

function toValue({ workspace, now, onEvent, onRejected }: EventFile, line: Line): StreamValue | undefined {
  if (line.text.trim() === '') return undefined
  const parsed = parseEventLine(line.text, {
    workspace,
    source: 'file',
    messageId: `line-${line.number}`,
    nowMs: now(),
  })
  if (!parsed.ok) {
    onRejected(line.number, parsed.reason)
    return undefined
  }
  const { messageId, key, value } = parsed.event
  onEvent(messageId)
  return { key, value }
}
