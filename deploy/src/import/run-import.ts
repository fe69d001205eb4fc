import { createHash } from 'node:crypto'
import { EVENTS_TOPIC } from '@leadline/contract'
import type { Stream, StreamValue } from '@leadline/stream'
import { buildEventLine } from '../event-files/parse-event-line.ts'
import type { Position } from './position-file.ts'
import type { FileRecord } from './read-records.ts'
import { toEvent, type Kind } from './to-event.ts'

export interface ImportOptions {
  readonly stream: Stream
  readonly workspace: number
  readonly kind: Kind
  readonly source: string
  readonly from: Position
  /**
   * When records are from that do not say so. The same each time that a file is imported: what is filed under another
   * day would be another event.
   */
  readonly undatedMs: number
  readonly stop: AbortSignal
  readonly onRejected: (record: number, reason: string) => void
  /** After each portion, when it is durable. */
  readonly onPosition: (position: Position) => Promise<void>
}

/** Appends records to the events topic as the collector would, with the arrival that they state themselves. */
export async function runImport(
  portions: AsyncIterable<readonly FileRecord[]>,
  options: ImportOptions,
): Promise<Position> {
  let position = options.from
  for await (const portion of portions) {
    options.stop.throwIfAborted()
    const fresh = portion.filter(({ number }) => number > options.from.records)
    const last = fresh.at(-1)
    if (!last) continue
    const values = fresh.flatMap((record) => toValue(record, options))
    await options.stream.append(EVENTS_TOPIC, values)
    position = {
      bytes: position.bytes,
      records: last.number,
      sent: position.sent + values.length,
      rejected: position.rejected + fresh.length - values.length,
    }
    await options.onPosition(position)
  }
  return position
}

function toValue({ number, value }: FileRecord, options: ImportOptions): readonly StreamValue[] {
  const { kind, undatedMs, onRejected, workspace, source } = options
  const made = value ? toEvent(value, kind, undatedMs) : { ok: false as const, reason: 'cannot be read' }
  if (!made.ok) {
    onRejected(number, made.reason)
    return []
  }
  const text = JSON.stringify(made.event)
  // The same record of the same file has the same id, so that importing it again doubles nothing.
  const messageId = `import-${createHash('sha256')
    .update(`${number}\n${JSON.stringify(value)}`)
    .digest('hex')
    .slice(0, 32)}`
  const built = buildEventLine(made.event, text, { workspace, source, messageId, nowMs: undatedMs })
  if (built.ok) return [{ key: built.event.key, value: built.event.value }]
  onRejected(number, built.reason)
  return []
}
