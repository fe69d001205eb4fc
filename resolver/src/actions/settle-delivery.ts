import { toDateTime } from '@leadline/warehouse'
import type { Delivery } from './delivery-rows.ts'
import type { PostOutcome } from './post-message.ts'
import { findPause } from './retry-table.ts'

const GONE = 410

export interface Try {
  readonly outcome: PostOutcome
  readonly nowMs: number
  readonly latencyMs: number
  /** From 0 to 1. */
  readonly random: number
}

export const isGone = (outcome: PostOutcome): boolean => outcome.kind === 'answer' && outcome.status === GONE

/** The delivery after a try: done, due again later, or a matter for a person. */
export function settleDelivery(delivery: Delivery, { outcome, nowMs, latencyMs, random }: Try): Delivery {
  const attempts = delivery.attempts + 1
  const tried = {
    ...delivery,
    attempts,
    status: outcome.kind === 'answer' ? outcome.status : 0,
    error: toError(outcome),
    latency_ms: Math.round(latencyMs),
    next_at: toDateTime(nowMs),
  }
  // What was said of a person is not kept longer than it is needed.
  if (isAccepted(outcome)) return { ...tried, state: 'done', message: '' }
  const isFinal = outcome.kind === 'refused_here' || isGone(outcome)
  const retryAfterMs = outcome.kind === 'answer' ? outcome.retryAfterMs : undefined
  const pauseMs = isFinal ? undefined : findPause(attempts, { retryAfterMs, random })
  return pauseMs === undefined
    ? { ...tried, state: 'parked' }
    : { ...tried, state: 'due', next_at: toDateTime(nowMs + pauseMs) }
}

const isAccepted = (outcome: PostOutcome): boolean =>
  outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300

function toError(outcome: PostOutcome): string {
  if (outcome.kind !== 'answer') return outcome.reason
  return isAccepted(outcome) ? '' : `HTTP ${outcome.status} ${outcome.word}`.trim()
}
