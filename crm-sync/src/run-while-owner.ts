import type { Log } from '@leadline/runtime'
import type { OwnerLease } from './state/owner-lease.ts'
import { createOneAtATime } from './sync/one-at-a-time.ts'

export interface Runnable {
  /** `isOwner` is false when another process goes on with it: then nothing is finished here. */
  stop(isOwner: boolean): Promise<void>
}

export interface WhileOwnerOptions<T extends Runnable> {
  readonly lease: OwnerLease
  readonly lookMs: number
  readonly start: () => Promise<T>
  readonly log: Log
}

/** Runs something in whichever process has the lease: when nobody else has it, or its owner ended or fell silent. */
export class WhileOwner<T extends Runnable> {
  readonly #options: WhileOwnerOptions<T>
  readonly #oneAtATime = createOneAtATime()
  #running: T | undefined
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: WhileOwnerOptions<T>) {
    this.#options = options
  }

  /** Undefined while another process owns the work. */
  get running(): T | undefined {
    return this.#running
  }

  /** Starts it here, or waits for its turn. Rejects when the start fails; one that comes later is tried again. */
  async start(): Promise<void> {
    await this.#oneAtATime(() => this.#begin())
    if (!this.#running) this.#options.log.info('another process owns the sync; this one waits for its end')
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#oneAtATime(() => this.#end(true))
    await this.#options.lease.release()
  }

  async #begin(): Promise<void> {
    const { lease, start } = this.#options
    if (this.#isStopped) return
    if (!(await lease.take(() => this.#yield()))) return this.#lookLater()
    try {
      this.#running = await start()
    } catch (error) {
      await lease.release()
      throw error
    }
  }

  #yield(): void {
    this.#options.log.warn('another process took over the sync; this one waits for its end')
    void this.#oneAtATime(() => this.#end(false))
      .catch((error: unknown) => this.#note(error))
      .finally(() => this.#lookLater())
  }

  async #end(isOwner: boolean): Promise<void> {
    const ending = this.#running
    this.#running = undefined
    await ending?.stop(isOwner)
  }

  #lookLater(): void {
    if (!this.#isStopped) this.#timer = setTimeout(() => this.#look(), this.#options.lookMs)
  }

  #look(): void {
    void this.#oneAtATime(() => this.#begin()).catch((error: unknown) => {
      this.#note(error)
      this.#lookLater()
    })
  }

  #note(error: unknown): void {
    this.#options.log.error('the sync could not be taken over or left; it is tried again', error)
  }
}
