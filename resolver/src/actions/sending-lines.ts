import type { Log } from '@leadline/runtime'
import type { DelivererLease } from './deliverer-lease.ts'

export interface LinesOptions {
  readonly lease: Pick<DelivererLease, 'renew'>
  readonly renewMs: number
  readonly log: Log
}

/** What is on its way, one batch for each receiver; the right to send it is renewed by time for as long as anything is. */
export class SendingLines {
  readonly #options: LinesOptions
  readonly #sending = new Map<string, Promise<void>>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: LinesOptions) {
    this.#options = options
  }

  begin(line: string, send: () => Promise<void>): void {
    this.#timer ??= setInterval(() => void this.#renew(), this.#options.renewMs)
    this.#sending.set(line, this.#during(line, send))
  }

  /** Lines that have something on its way now. */
  names(): ReadonlySet<string> {
    return new Set(this.#sending.keys())
  }

  async finish(): Promise<void> {
    await Promise.all(this.#sending.values())
  }

  async #during(line: string, send: () => Promise<void>): Promise<void> {
    try {
      await send()
    } catch (error) {
      this.#options.log.error('messages could not be sent now and are tried again', error)
    }
    this.#sending.delete(line)
    if (this.#sending.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #renew(): Promise<void> {
    try {
      await this.#options.lease.renew()
    } catch (error) {
      this.#options.log.error('the right to deliver could not be renewed and is asked for again', error)
    }
  }
}
