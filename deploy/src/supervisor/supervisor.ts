import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServiceReport } from '@leadline/runtime'
import { cutDown, setAside } from './log-files.ts'
import { PartFailed, type Part, type PartState } from './part.ts'
import { SupervisedPart, type PartEvents } from './supervised-part.ts'

export interface SupervisorOptions {
  readonly logDirectory: string
  readonly events: PartEvents
}

/** How often logs are looked at for their size. */
const LOG_LOOK_MS = 60_000

/** The process tree: started part by part, restarted where it dies, stopped in the order that loses nothing. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #parts = new Map<string, SupervisedPart>()
  readonly #logLook = setInterval(() => void this.#cutDownLogs(), LOG_LOOK_MS).unref()
  #isClosed = false

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Resolves to the part's URL when it is ready. Rejects with PartFailed. */
  async start(part: Part): Promise<string | undefined> {
    await mkdir(this.#options.logDirectory, { recursive: true })
    const logFile = this.#logFileOf(part.name)
    await setAside(logFile)
    if (this.#isClosed) throw new PartFailed(part.name, 'everything is being stopped')
    if (this.#parts.has(part.name)) throw new PartFailed(part.name, 'was started already')
    const supervised = new SupervisedPart(part, logFile, this.#options.events)
    this.#parts.set(part.name, supervised)
    return await supervised.start()
  }

  states(): readonly PartState[] {
    return [...this.#parts.values()].map((part) => part.state())
  }

  /** Reports by part; a part that does not answer has none. */
  async reports(timeoutMs: number): Promise<ReadonlyMap<string, ServiceReport | undefined>> {
    const entries = [...this.#parts].map(
      async ([name, part]) => [name, await part.report(timeoutMs)] as const,
    )
    return new Map(await Promise.all(entries))
  }

  /**
   * Stops groups one after the other, the parts of a group together; names that never started are passed over.
   * Nothing is started from now on.
   */
  async stop(order: readonly (readonly string[])[]): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#logLook)
    for (const group of order) {
      const running = group.flatMap((name) => this.#parts.get(name) ?? [])
      await Promise.all(running.map((part) => part.stop()))
    }
  }

  killAll(): void {
    for (const part of this.#parts.values()) part.kill()
  }

  #logFileOf(name: string): string {
    return join(this.#options.logDirectory, `${name}.log`)
  }

  async #cutDownLogs(): Promise<void> {
    for (const name of this.#parts.keys()) {
      // A full disk: the log stays large, and every minute is another try.
      await cutDown(this.#logFileOf(name)).catch(() => undefined)
    }
  }
}
