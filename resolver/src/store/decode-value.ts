import { decodeEnvelope, type DeadLetter, type Envelope } from '@leadline/contract'
import { isErasedEvent } from '../control/erasures.ts'
import { normaliseEvent, type NormalEvent } from '../normalise/normalise-event.ts'
import type { Workspace, Workspaces } from '../workspaces.ts'

/** What one value of the events topic holds. */
export interface DecodedValue {
  /** Undefined when the value cannot be read, or is of no workspace of the settings. */
  readonly workspace: Workspace | undefined
  readonly events: readonly NormalEvent[]
  readonly dead: readonly DeadLetter[]
  /** Events that are not to be stored, as whom they name was erased. */
  readonly erased: number
}

/** What cannot be read is put aside whole; the rest goes on. `at` is now, as ISO 8601. */
export function decodeValue(value: Buffer, workspaces: Workspaces, at: string): DecodedValue {
  const decoded = decodeEnvelope(value)
  if (decoded.ok) return decodeEvents(decoded.value, workspaces, at)
  const original = value.toString('base64')
  return nothingBut({ v: 1, step: 'decode-envelope', reason: decoded.reason, at, original })
}

const nothingBut = (letter: DeadLetter): DecodedValue => ({
  workspace: undefined,
  events: [],
  dead: [letter],
  erased: 0,
})

function decodeEvents(envelope: Envelope, workspaces: Workspaces, at: string): DecodedValue {
  const toLetter = (step: string, reason: string, original: unknown): DeadLetter => ({
    v: 1,
    workspace: envelope.workspace,
    step,
    reason,
    at,
    original: Buffer.from(JSON.stringify(original)).toString('base64'),
  })
  const known = workspaces.get(envelope.workspace)
  if (!known)
    return nothingBut(toLetter('find-workspace', 'no workspace of the settings has this id', envelope))
  const events: NormalEvent[] = []
  const dead: DeadLetter[] = []
  let erased = 0
  for (const [index, original] of envelope.events.entries()) {
    const normalised = normaliseEvent(envelope, index, known)
    if (!normalised.ok)
      dead.push(toLetter('normalise-event', normalised.reason, { ...envelope, events: [original] }))
    else if (isErasedEvent(normalised.event, known.erased, known.baseHash)) erased += 1
    else events.push(normalised.event)
  }
  return { workspace: known, events, dead, erased }
}
