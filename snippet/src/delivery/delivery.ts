import type { EventQueue, QueuedEvent } from './event-queue.ts'
import {
  EAGER_EVENTS,
  FIRST_BACKOFF_MS,
  FIRST_LINGER_MS,
  LEAVING_MS,
  LINGER_MS,
  LONGEST_BACKOFF_MS,
  LONGEST_RETRY_AFTER_MS,
  MAX_BATCH_EVENTS,
  MAX_FLIGHT_BYTES,
} from './limits.ts'
import type { Batch, SendBatch } from './send-batch.ts'

export interface Delivery {
  /** There are events to send: soon, or when the back-off is over. */
  readonly wake: () => void
  /** Sends what waits without lingering or backing off; resolves when the answer is there. */
  readonly flush: () => unknown
  /**
   * The page may be going: what fits in flight leaves with it, the rest stays queued. Browsers fail the
   * requests of a page that goes, although they are under way: what failed in this moment is not repeated.
   */
  readonly leave: () => void
}

/**
 * Wait before the next try, in ms: what the server asked for; else from half a second to a minute, doubled
 * each time, of which `random` (0 to 1) takes up to half away, so that pages do not come back all at once.
 */
export const backoffMs = (tries: number, random: number, askedMs = NaN): number =>
  askedMs >= 0
    ? Math.min(askedMs, LONGEST_RETRY_AFTER_MS)
    : Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** tries) * (1 - random / 2)

/** How the tries of before went. */
interface Tries {
  failed: number
  failedAtMs: number
  /** No request before: our back-off, and what the server asked for. */
  quietUntilMs: number
  heldUntilMs: number
}

function backOff(tries: Tries, askedMs?: number): void {
  tries.failedAtMs = Date.now()
  tries.quietUntilMs = tries.failedAtMs + backoffMs(tries.failed, Math.random(), askedMs)
  if (askedMs) tries.heldUntilMs = tries.quietUntilMs
  tries.failed += 1
}

/** Gives the bytes of the batch. */
const mark = (batch: Batch, isSending: boolean): number =>
  batch.reduce((bytes, [, event]) => {
    event.isSending = isSending
    return bytes + event.bytes
  }, 0)

/** Brings the events of a queue to the collector. */
export function openDelivery({ events, settle }: EventQueue, send: SendBatch): Delivery {
  const tries: Tries = { failed: 0, failedAtMs: -Infinity, quietUntilMs: 0, heldUntilMs: 0 }
  let timer: ReturnType<typeof setTimeout> | 0 = 0
  let lingerMs = FIRST_LINGER_MS
  let maxEvents = MAX_BATCH_EVENTS
  let flightBytes = 0

  const stop = (): void => {
    clearTimeout(timer)
    timer = 0
  }
  const wake = (): void => {
    const isEager = events.size >= EAGER_EVENTS
    if (!events.size || (timer && !isEager)) return
    stop()
    const waitMs = Math.max(isEager ? 0 : lingerMs, tries.quietUntilMs - Date.now())
    timer = setTimeout(() => void transmit(), waitMs)
  }
  /** One request at a time, so that an outage costs one request per back-off and not one per event. */
  const transmit = async (isLeaving = false): Promise<void> => {
    stop()
    let room = flightBytes && !isLeaving ? 0 : MAX_FLIGHT_BYTES - flightBytes
    const fits = ({ json, isSending, bytes }: QueuedEvent): unknown =>
      json && !isSending && (room -= bytes + 1) > 0
    const batch = [...events].filter(([, event]) => fits(event)).slice(0, maxEvents)
    if (!batch[0]) return
    lingerMs = LINGER_MS
    flightBytes += mark(batch, true)
    // The browser fails a keepalive request when the page's other scripts have used up the common
    // allowance; a second try goes without it.
    const { reasonOf, isTooLarge, waitMs } = await send(batch, isLeaving || !tries.failed)
    flightBytes -= mark(batch, false)
    if (!reasonOf) backOff(tries, waitMs)
    else if (isTooLarge && batch[1]) maxEvents = Math.ceil(batch.length / 2)
    else {
      tries.failed = 0
      batch.forEach(([messageId], index) => settle(messageId, reasonOf(index)))
    }
    // A timer from before would break the wait.
    stop()
    wake()
  }
  return {
    wake,
    flush() {
      tries.quietUntilMs = tries.heldUntilMs
      return Date.now() < tries.heldUntilMs ? undefined : transmit()
    },
    leave() {
      const now = Date.now()
      if (now >= tries.heldUntilMs && now - tries.failedAtMs > LEAVING_MS) void transmit(true)
    },
  }
}
