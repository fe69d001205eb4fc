import { DEAD_TOPIC, encodeDeadLetter, type DeadLetter } from '@leadline/contract'
import type { Log } from '@leadline/runtime'
import type { Stream } from '@leadline/stream'
import { TRUST } from '../identity/fact-source.ts'
import type { NormalEvent } from '../normalise/normalise-event.ts'
import type { Progress } from '../progress.ts'

/** Step of events that the engine will never take. */
const REFUSED = 'store-event'

/** The event as it was sent, with the request's defaults beneath: the envelope itself is not at hand any more. */
export const toRefusedLetter = (event: NormalEvent, reason: string, at: string): DeadLetter => ({
  v: 1,
  workspace: event.workspace,
  step: REFUSED,
  reason,
  at,
  original: Buffer.from(
    JSON.stringify({
      v: 1,
      workspace: event.workspace,
      source: event.source,
      trust: event.trust >= TRUST.secret ? 'secret' : 'public',
      receivedAt: new Date(event.receivedAtMs).toISOString(),
      events: [{ ...event.wire, context: event.context, integrations: event.integrations }],
    }),
  ).toString('base64'),
})

/** The engine's words may quote a value; a place in a list would be another reason each time. */
const toReasonLabel = (step: string, reason: string): string =>
  step === REFUSED ? 'refused by the warehouse' : reason.replace(/\d+/g, 'N')

interface Sinks {
  readonly stream: Stream
  readonly progress: Progress
  readonly log: Log
}

/** Puts values aside for a person to look at. */
export async function bury({ stream, progress, log }: Sinks, dead: readonly DeadLetter[]): Promise<void> {
  if (dead.length === 0) return
  const values = dead.map((letter) => ({ key: letter.step, value: encodeDeadLetter(letter) }))
  await stream.append(DEAD_TOPIC, values)
  for (const { step, reason } of dead) progress.count('dead', 1, [step, toReasonLabel(step, reason)])
  for (const [step, letters] of Map.groupBy(dead, (letter) => letter.step)) {
    log.warn('values could not be processed and were put aside', {
      step,
      count: letters.length,
      reason: letters[0]?.reason,
      topic: DEAD_TOPIC,
    })
  }
}
