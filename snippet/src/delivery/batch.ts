import type { QueuedEvent } from './event-queue.ts'

/**
 * Browsers let all keepalive requests of a page have 64 KB of bodies in flight together and fail what
 * goes beyond. The difference is left for the batch's frame and for other scripts of the page.
 */
export const MAX_FLIGHT_BYTES = 60 * 1024

export interface BatchLimits {
  readonly maxEvents: number
  readonly maxBytes: number
}

/** The oldest events that fit together. One that does not fit is passed over, not waited for. */
export function pickBatch(
  waiting: readonly QueuedEvent[],
  { maxEvents, maxBytes }: BatchLimits,
): QueuedEvent[] {
  let room = maxBytes
  const fits = ({ bytes }: QueuedEvent): boolean => {
    if (bytes >= room) return false
    room -= bytes + 1
    return true
  }
  return waiting.filter(fits).slice(0, maxEvents)
}

/** Body of a request: a WireBatch. The events are JSON already and are not parsed again. */
export const encodeBatch = (frame: object, batch: readonly QueuedEvent[]): string =>
  `${JSON.stringify(frame).slice(0, -1)},"batch":[${batch.map(({ json }) => json).join(',')}]}`
