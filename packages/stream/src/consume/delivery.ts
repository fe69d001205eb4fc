import { setTimeout as sleep } from 'node:timers/promises'
import type { Batch, ConsumeFailure, ConsumeOptions, Position } from '../stream.ts'
import { HoldBack } from './hold-back.ts'
import type { Taken } from './take-batch.ts'

export interface DeliveryOptions extends Pick<ConsumeOptions, 'handle' | 'onFailure' | 'hold'> {
  readonly gatherMs: number
  readonly partition: number
  readonly maxInFlight: number
  /** The next batch, undefined when there is none now. Each call goes on behind the one before. */
  readonly take: () => Taken | undefined
  /** There is a value that was not taken yet. */
  readonly isWaiting: () => boolean
  /** Stores how far the group is. `lost`: the partition belongs to another member by now. */
  readonly commit: (next: Position) => Promise<'committed' | 'lost'>
}

interface Slot {
  /** Where the batch behind it begins. */
  readonly next: Position
  done: boolean
}

/**
 * Of those in hand, so many more may be done behind one that is not. They cost their position only, and what is behind
 * a batch that takes an hour need not wait for it.
 */
const MAX_DONE_BEHIND = 64

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000
const pauseMs = (attempt: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1))

/**
 * Hands the batches of one partition to the handler and commits them contiguously: of several in hand,
 * one that is done early counts only when all before it are done. A failed batch is handed over again,
 * in place, until it succeeds or the partition is given up.
 */
export class Delivery {
  readonly #options: DeliveryOptions
  /** Ends the pauses before a retry. */
  readonly #closing = new AbortController()
  readonly #abandoned = new AbortController()
  /** Batches that are not yet part of the contiguous front, oldest first. */
  readonly #slots: Slot[] = []
  readonly #running = new Set<Promise<void>>()
  #front: Position | undefined
  #committing: Promise<void> | undefined
  #inHand = 0
  #takeFailures = 0
  #paused = false
  /** When the next batch may be taken, on the clock of `performance`. */
  #takeFrom = 0
  #gathering: NodeJS.Timeout | undefined
  #isBehind = false
  readonly #hold: HoldBack | undefined

  constructor(options: DeliveryOptions) {
    this.#options = options
    const { partition, isWaiting, hold: ask } = options
    const onError = (error: unknown): void => this.#report(error, 1)
    this.#hold = ask && new HoldBack({ partition, isWaiting, ask, onError, wake: () => this.wake() })
  }

  /** There may be something to take. */
  wake(): void {
    while (this.#takes() && this.#hasRoom() && !this.#gathers() && !this.#isHeld()) {
      const taken = this.#take()
      if (!taken) return
      this.#isBehind = taken.isFull
      this.#takeFrom = taken.isFull ? 0 : performance.now() + this.#options.gatherMs
      this.#hold?.reset()
      this.#start(taken)
    }
  }

  /** Behind a full batch there is another one already: nothing to wait for. */
  #isHeld(): boolean {
    return !this.#isBehind && this.#hold?.holds() === true
  }

  #hasRoom(): boolean {
    const { maxInFlight } = this.#options
    return this.#inHand < maxInFlight && this.#slots.length < maxInFlight * MAX_DONE_BEHIND
  }

  /** Too soon after a batch that was not full; there will be another wake in time. */
  #gathers(): boolean {
    const waitMs = this.#takeFrom - performance.now()
    if (waitMs <= 0) return false
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined
      this.wake()
    }, waitMs)
    return true
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.wake()
  }

  /** Takes nothing more; resolves when what is in hand is done or given up, and committed as far as it goes. */
  async finish(): Promise<void> {
    this.#close()
    await Promise.all(this.#running)
    while (this.#committing) await this.#committing
  }

  /** Gives the partition up: no retries, no commits. Handlers that run are not interrupted. */
  abandon(): void {
    this.#close()
    this.#abandoned.abort()
  }

  #close(): void {
    this.#closing.abort()
    clearTimeout(this.#gathering)
    this.#hold?.close()
  }

  #takes(): boolean {
    return !this.#paused && !this.#closing.signal.aborted
  }

  #take(): Taken | undefined {
    try {
      const taken = this.#options.take()
      this.#takeFailures = 0
      return taken
    } catch (error) {
      this.#takeFailures += 1
      this.#report(error, this.#takeFailures)
      void pause(this.#takeFailures, this.#closing.signal).then(() => this.wake())
      return undefined
    }
  }

  #start(taken: Taken): void {
    const slot: Slot = { next: taken.next, done: false }
    this.#slots.push(slot)
    this.#inHand += 1
    const run = this.#handle(slot, taken.batch).finally(() => this.#running.delete(run))
    this.#running.add(run)
  }

  async #handle(slot: Slot, batch: Batch): Promise<void> {
    for (let attempt = 1; !slot.done; attempt += 1) {
      try {
        await this.#options.handle(batch)
        slot.done = true
      } catch (error) {
        this.#report(error, attempt)
        if (!(await pause(attempt, this.#closing.signal))) return
      }
    }
    this.#inHand -= 1
    this.#advance()
    this.wake()
  }

  #advance(): void {
    while (this.#slots[0]?.done) this.#front = this.#slots.shift()?.next
    this.#startCommit()
  }

  #startCommit(): void {
    if (!this.#front || this.#committing || this.#abandoned.signal.aborted) return
    this.#committing = this.#commitFront(this.#front).finally(() => {
      this.#committing = undefined
      this.#startCommit()
    })
  }

  /** One commit at a time; what became done meanwhile goes with the next. */
  async #commitFront(next: Position): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        if ((await this.#options.commit(next)) === 'lost') this.abandon()
        if (this.#front === next) this.#front = undefined
        return
      } catch (error) {
        this.#report(error, attempt)
        if (!(await pause(attempt, this.#abandoned.signal))) return
      }
    }
  }

  #report(error: unknown, attempt: number): void {
    const failure: ConsumeFailure = { error, partition: this.#options.partition, attempt }
    this.#options.onFailure(failure)
  }
}

/** Waits before the next attempt; false when the signal ended it. */
async function pause(attempt: number, signal: AbortSignal): Promise<boolean> {
  await sleep(pauseMs(attempt), undefined, { signal }).catch(() => undefined)
  return !signal.aborted
}
