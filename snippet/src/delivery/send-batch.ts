import { count, failures, type Counts } from '../failures.ts'
import { parseObject, toObject, toText } from '../loose-values.ts'
import type { QueuedEvent } from './event-queue.ts'
import { ANSWER_TIMEOUT_MS } from './limits.ts'

/** What became of a request. */
export interface Outcome {
  /** Why the event at an index was refused, undefined where it was taken. Missing: the batch is to be tried again. */
  readonly reasonOf?: (index: number) => string | undefined
  readonly isTooLarge?: boolean
  /** What the server asked for, NaN when it did not. */
  readonly waitMs?: number
}

export type Batch = readonly (readonly [messageId: string, event: QueuedEvent])[]

/** `keepalive`: the request outlives the page. */
export type SendBatch = (batch: Batch, keepalive: boolean) => Promise<Outcome>

/**
 * Sends batches as `text/plain` without headers of ours, so that no preflight is ever needed. `readFrame`
 * gives what each says beside its events. Never rejects: whatever goes wrong on the way means "try again",
 * since the collector knows repeats by id.
 */
export function createSendBatch(url: string, readFrame: () => object): SendBatch {
  const post = async (batch: Batch, keepalive: boolean, dropped: Counts): Promise<Outcome> => {
    const frame = { ...readFrame(), dropped: Object.keys(dropped)[0] && dropped, sentAt: new Date() }
    // The events are JSON already and are not parsed again.
    const body = `${JSON.stringify(frame).slice(0, -1)},"batch":[${batch.map(([, { json }]) => json).join()}]}`
    // Browsers of before 2023 have no such signal; they wait as long as the connection lives.
    const signal = AbortSignal.timeout?.(ANSWER_TIMEOUT_MS)
    const response = await fetch(url, { method: 'POST', body, keepalive, credentials: 'omit', signal })
    return toOutcome(response, await response.text())
  }
  return async (batch, keepalive) => {
    const { unreported } = failures
    failures.unreported = {}
    const outcome: Outcome = await post(batch, keepalive, unreported).catch(() => ({}))
    if (!outcome.reasonOf)
      for (const [reason, events] of Object.entries(unreported)) count(failures.unreported, reason, events)
    return outcome
  }
}

/** A 200 that is not the collector's answer comes from something in between, and acknowledges nothing. */
function toOutcome({ ok, status, headers }: Response, text: string): Outcome {
  const { success, rejected, code } = parseObject(text)
  if (status > 499 || status === 408 || status === 429 || (ok && success === undefined))
    return { waitMs: Number(headers.get('retry-after') ?? NaN) * 1000 }
  const refusals = Array.isArray(rejected) && rejected.map(toObject)
  const reason = ok ? undefined : (toText(code) ?? `http_${status}`)
  return {
    isTooLarge: status === 413,
    reasonOf: (index) =>
      refusals ? toText(refusals.find((refusal) => refusal['index'] === index)?.['code']) : reason,
  }
}
