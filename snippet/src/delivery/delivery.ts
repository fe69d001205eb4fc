import { countRefusal } from '../failures.ts'
import { backoffMs } from './backoff.ts'
import { pickBatch, type QueuedEvent } from './batch.ts'
import type { EventQueue } from './event-queue.ts'
import {
  EAGER_EVENTS,
  FIRST_LINGER_MS,
  LEAVING_MS,
  LINGER_MS,
  LONGEST_RETRY_AFTER_MS,
  MAX_BATCH_EVENTS,
  MAX_FLIGHT_BYTES,
} from './limits.ts'
import type { SendBatch, SendOutcome } from './send-batch.ts'

/** Brings the events of a queue to the collector. */
export class Delivery {
  readonly #queue: EventQueue
  readonly #send: SendBatch
  /** Keys of the events that are on the wire, and their bytes. */
  readonly #inFlight = new Set<string>()
  #flightBytes = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  /** When the timer ends. */
  #dueMs = Infinity
  #lingerMs = FIRST_LINGER_MS
  #isSending = false
  #failures = 0
  /** No request before: our back-off, and what the server asked for. */
  #failedAtMs = -Infinity
  #quietUntilMs = 0
  #heldUntilMs = 0
  #maxEvents = MAX_BATCH_EVENTS

  constructor(queue: EventQueue, send: SendBatch) {
    this.#queue = queue
    this.#send = send
  }

  /** There are events to send: soon, or when the back-off is over. */
  wake(): void {
    const waiting = this.#queue.events.size - this.#inFlight.size
    if (waiting > 0) this.#schedule(waiting < EAGER_EVENTS ? this.#lingerMs : 0)
  }

  /** Sends what waits without lingering or backing off; resolves when the answer is there. */
  async flush(): Promise<void> {
    this.#quietUntilMs = 0
    if (Date.now() >= this.#heldUntilMs) await this.#run()
  }

  /**
   * The page may be going: what fits in flight leaves with it, the rest stays queued. Browsers fail the
   * requests of a page that goes, although they are under way: what failed in this moment is not repeated.
   */
  leave(): void {
    const now = Date.now()
    if (now >= this.#heldUntilMs && now - this.#failedAtMs > LEAVING_MS) void this.#transmit(true)
  }

  /** Keeps the earlier of the timer that runs and the one that is asked for. */
  #schedule(waitMs: number): void {
    const dueMs = Math.max(Date.now() + waitMs, this.#quietUntilMs, this.#heldUntilMs)
    if (dueMs >= this.#dueMs) return
    clearTimeout(this.#timer)
    this.#dueMs = dueMs
    this.#timer = setTimeout(() => void this.#run(), dueMs - Date.now())
  }

  /** One request at a time, so that an outage costs one request per back-off and not one per event. */
  async #run(): Promise<void> {
    this.#dueMs = Infinity
    if (this.#isSending) return
    this.#isSending = true
    // The browser fails a keepalive request when the page's other scripts have used up the common
    // allowance; a second try goes without it.
    await this.#transmit(!this.#failures)
    this.#isSending = false
  }

  async #transmit(keepalive: boolean): Promise<void> {
    const waiting = [...this.#queue.events].filter(([key]) => !this.#inFlight.has(key))
    const limits = { maxEvents: this.#maxEvents, maxBytes: MAX_FLIGHT_BYTES - this.#flightBytes }
    const { events, bytes } = pickBatch(waiting, limits)
    if (!bytes) return
    this.#lingerMs = LINGER_MS
    this.#flightBytes += bytes
    events.forEach(([key]) => this.#inFlight.add(key))
    const outcome = await this.#send(events, keepalive)
    events.forEach(([key]) => this.#inFlight.delete(key))
    this.#flightBytes -= bytes
    this.#settle(events, outcome)
    this.wake()
  }

  #settle(batch: readonly QueuedEvent[], outcome: SendOutcome): void {
    if (!outcome.isOver) return this.#backOff(outcome.afterMs)
    if (outcome.isTooLarge && batch.length > 1) {
      this.#maxEvents = Math.ceil(batch.length / 2)
      return
    }
    this.#failures = 0
    batch.forEach(([key], index) => {
      const reason = outcome.reasonOf(index)
      if (reason) countRefusal(reason)
      this.#queue.settle(key, reason)
    })
  }

  #backOff(askedMs: number): void {
    if (askedMs >= 0) this.#heldUntilMs = Date.now() + Math.min(askedMs, LONGEST_RETRY_AFTER_MS)
    else this.#quietUntilMs = Date.now() + backoffMs(this.#failures, Math.random())
    this.#failures += 1
    this.#failedAtMs = Date.now()
    // A timer from before would break the wait.
    clearTimeout(this.#timer)
    this.#dueMs = Infinity
  }
}
