import { mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServiceReport } from '@leadline/runtime'
import { PartFailed, type Part, type PartState } from './part.ts'
import { SupervisedPart, type PartEvents } from './supervised-part.ts'

export interface SupervisorOptions {
  readonly logDirectory: string
  readonly events: PartEvents
}

/** A log of this size is set aside as NAME.log.1 at the next start. */
const MAX_LOG_BYTES = 20 * 1024 ** 2

/** The process tree: started part by part, restarted where it dies, stopped in the order that loses nothing. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #parts = new Map<string, SupervisedPart>()
  #isClosed = false

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Resolves to the part's URL when it is ready. Rejects with PartFailed. */
  async start(part: Part): Promise<string | undefined> {
    await mkdir(this.#options.logDirectory, { recursive: true })
    const logFile = join(this.#options.logDirectory, `${part.name}.log`)
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
    for (const group of order) {
      const running = group.flatMap((name) => this.#parts.get(name) ?? [])
      await Promise.all(running.map((part) => part.stop()))
    }
  }

  killAll(): void {
    for (const part of this.#parts.values()) part.kill()
  }
}

async function setAside(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    ({ size }) => size,
    () => 0,
  )
  if (size > MAX_LOG_BYTES) await rename(logFile, `${logFile}.1`)
}
