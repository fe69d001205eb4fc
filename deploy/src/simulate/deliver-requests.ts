import { setTimeout as delay } from 'node:timers/promises'
import { CommandError } from '../command.ts'
import { readOutcome, type TryOutcome } from './delivery-outcome.ts'
import type { PlannedRequest } from './plan-requests.ts'

export interface DeliveryProgress {
  readonly requestsDone: number
  readonly eventsDone: number
  /** Events that the collector refused for good. */
  readonly eventsRefused: number
  readonly tries: number
  /** Why the newest try failed; undefined after one that did not. */
  readonly trouble: string | undefined
}

export interface DeliveryOptions {
  /** Of the collector, without a trailing slash. */
  readonly url: string
  readonly requests: readonly PlannedRequest[]
  /** The requests are spread evenly over this time. */
  readonly durationMs: number
  /** Without any answer for this long it gives up. */
  readonly patienceMs: number
  readonly onSend: (messageIds: readonly string[]) => void
  readonly onAcknowledged: (messageIds: readonly string[]) => void
  readonly onProgress: (progress: DeliveryProgress) => void
}

const IN_FLIGHT = 8
const TRY_TIMEOUT_MS = 10_000
const FIRST_PAUSE_MS = 100
const MOST_PAUSE_MS = 2000

/** Sends every request until it is answered. Rejects with CommandError when that cannot be. */
export async function deliverRequests(options: DeliveryOptions): Promise<DeliveryProgress> {
  const delivery = new Delivery(options)
  await Promise.all(Array.from({ length: IN_FLIGHT }, () => delivery.work()))
  return delivery.progress()
}

class Delivery {
  readonly #options: DeliveryOptions
  readonly #startedAt = performance.now()
  #next = 0
  #requestsDone = 0
  #eventsDone = 0
  #eventsRefused = 0
  #tries = 0
  #trouble: string | undefined
  #answeredAt = performance.now()
  #failure: CommandError | undefined

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  progress(): DeliveryProgress {
    return {
      requestsDone: this.#requestsDone,
      eventsDone: this.#eventsDone,
      eventsRefused: this.#eventsRefused,
      tries: this.#tries,
      trouble: this.#trouble,
    }
  }

  /** One of several workers: takes the next request when it is due. */
  async work(): Promise<void> {
    const { requests, durationMs, onSend } = this.#options
    for (;;) {
      const index = this.#next++
      const request = requests[index]
      if (!request) return
      const dueMs = this.#startedAt + (durationMs * index) / requests.length
      await delay(Math.max(0, dueMs - performance.now()))
      this.#throwIfFailed()
      onSend(request.messageIds)
      await this.#sendUntilAnswered(request)
    }
  }

  async #sendUntilAnswered(request: PlannedRequest): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      this.#tries += 1
      const outcome = await trySend(`${this.#options.url}/v1/batch`, request.body)
      if (outcome.kind === 'answered') {
        this.#acknowledge(request, outcome.refused)
        return
      }
      this.#note(outcome)
      this.#throwIfFailed()
      await delay(outcome.kind === 'again' ? toPauseMs(failures, outcome.afterMs) : 0)
    }
  }

  #acknowledge({ messageIds }: PlannedRequest, refused: readonly string[]): void {
    this.#answeredAt = performance.now()
    this.#trouble = undefined
    this.#requestsDone += 1
    this.#eventsDone += messageIds.length
    this.#eventsRefused += refused.length
    this.#options.onAcknowledged(messageIds.filter((id) => !refused.includes(id)))
    this.#options.onProgress(this.progress())
  }

  #note(outcome: Exclude<TryOutcome, { kind: 'answered' }>): void {
    this.#trouble = outcome.reason
    const silentMs = performance.now() - this.#answeredAt
    if (outcome.kind === 'hopeless') this.#failure ??= new CommandError(outcome.reason)
    else if (silentMs > this.#options.patienceMs)
      this.#failure ??= new CommandError(
        `${this.#options.url} has taken nothing for ${Math.round(silentMs / 1000)} s (${outcome.reason}); is it running?`,
      )
    this.#options.onProgress(this.progress())
  }

  #throwIfFailed(): void {
    if (this.#failure) throw this.#failure
  }
}

const toPauseMs = (failures: number, asked: number | undefined): number =>
  Math.min(MOST_PAUSE_MS, asked ?? FIRST_PAUSE_MS * 2 ** Math.min(failures, 10))

/** As a browser's tag sends: text/plain, no header of ours. */
async function trySend(url: string, body: string): Promise<TryOutcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
      signal: AbortSignal.timeout(TRY_TIMEOUT_MS),
    })
    return readOutcome(response.status, await response.text(), response.headers.get('retry-after'))
  } catch (error) {
    return { kind: 'again', reason: explain(error), afterMs: undefined }
  }
}

function explain(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.message : String(cause)
}
