import { decodeEnvelope, type DeadLetter, type Envelope } from '@leadline/contract'
import { isErasedEvent } from '../control/erasures.ts'
import { normaliseEvent, type NormalEvent } from '../normalise/normalise-event.ts'
import type { Workspaces } from '../workspaces.ts'

export interface DecodedBatch {
  readonly events: ReadonlyMap<number, readonly NormalEvent[]>
  readonly dead: readonly DeadLetter[]
  /** Events that are not to be stored, as whom they name was erased. */
  readonly erased: number
}

/** Values of the events topic as events by workspace. What cannot be read is put aside whole; the rest goes on. */
export function decodeBatch(values: readonly Buffer[], workspaces: Workspaces, nowMs: number): DecodedBatch {
  const events = new Map<number, NormalEvent[]>()
  const dead: DeadLetter[] = []
  let erased = 0
  const at = new Date(nowMs).toISOString()
  for (const value of values) {
    const decoded = decodeEnvelope(value)
    if (decoded.ok) erased += decodeEvents(decoded.value, { workspaces, events, dead, at })
    else
      dead.push({
        v: 1,
        step: 'decode-envelope',
        reason: decoded.reason,
        at,
        original: value.toString('base64'),
      })
  }
  return { events, dead, erased }
}

interface Sink {
  readonly workspaces: Workspaces
  readonly events: Map<number, NormalEvent[]>
  readonly dead: DeadLetter[]
  readonly at: string
}

/** How many were left out as whom they name was erased. */
function decodeEvents(envelope: Envelope, { workspaces, events, dead, at }: Sink): number {
  const { workspace } = envelope
  const bury = (step: string, reason: string, original: unknown): void => {
    dead.push({
      v: 1,
      workspace,
      step,
      reason,
      at,
      original: Buffer.from(JSON.stringify(original)).toString('base64'),
    })
  }
  const known = workspaces.get(workspace)
  if (!known) {
    bury('find-workspace', 'no workspace of the settings has this id', envelope)
    return 0
  }
  let erased = 0
  const list = events.get(workspace) ?? []
  events.set(workspace, list)
  for (const [index, original] of envelope.events.entries()) {
    const normalised = normaliseEvent(envelope, index, known)
    if (!normalised.ok) bury('normalise-event', normalised.reason, { ...envelope, events: [original] })
    else if (isErasedEvent(normalised.event, known.erased, known.baseHash)) erased += 1
    else list.push(normalised.event)
  }
  return erased
}
