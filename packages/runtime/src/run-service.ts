import { createLineWriter } from './line-writer.ts'
import { createLog, type Log } from './log.ts'

/** What a service says about itself when asked. */
export interface ServiceReport {
  /** Nothing in flight, due or held back here. The stream's lag is counted elsewhere. */
  readonly idle: boolean
  /** Running totals by step, e.g. `{ accepted: 12 }`. */
  readonly steps: Readonly<Record<string, number>>
  /** What holds it up now and may need a person, one line each; no personal data. */
  readonly problems?: readonly string[] | undefined
}

export interface RunningService {
  /** Where it listens, when it does: http://host:port without a trailing slash. */
  readonly url?: string | undefined
  report(): Promise<ServiceReport> | ServiceReport
  /** Stop intake, finish, flush, close, in that order. */
  stop(): Promise<void>
}

export type ParentMessage = { readonly type: 'stop' } | { readonly type: 'report'; readonly id: number }
export type ChildMessage =
  | { readonly type: 'ready'; readonly url: string | undefined }
  | { readonly type: 'report'; readonly id: number; readonly report: ServiceReport }
  | { readonly type: 'failed'; readonly message: string }
  /** A warning or an error, as the JSON line that was also written to standard output. */
  | { readonly type: 'log'; readonly line: string }

/** Longest that a stop may take before the process ends all the same, in ms. */
const STOP_LIMIT_MS = 20_000
/**
 * The same without a parent: what the service talks to may be leaving at this moment as well, and its successor waits.
 * Whatever is not finished is taken up after the restart, as after a kill.
 */
const ORPHAN_STOP_LIMIT_MS = 3000

/**
 * Runs one deployable as this process.
 * Under a parent (IPC channel): signals are ignored, the parent says when to stop, a closed channel means stop.
 * Alone: SIGINT and SIGTERM stop it. A start that fails ends the process with exit code 1 and one clear line.
 */
export async function runService(name: string, start: (log: Log) => Promise<RunningService>): Promise<void> {
  const writeLine = createLineWriter()
  const log = createLog(name, (line, level) => {
    writeLine(line)
    if (level !== 'info') send({ type: 'log', line })
  })
  const lifecycle = new Lifecycle(log)
  lifecycle.listen()
  try {
    const service = await start(log)
    await lifecycle.started(service)
  } catch (error) {
    log.error('could not start', error)
    send({ type: 'failed', message: error instanceof Error ? error.message : String(error) }, () =>
      process.exit(1),
    )
  }
}

/** The parent may be gone between the check and the write: then nobody is left to tell. */
function send(message: ChildMessage, sent: () => void = () => undefined): void {
  if (process.send && process.connected) process.send(message, sent)
  else sent()
}

class Lifecycle {
  #service: RunningService | undefined
  #stopping = false
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  listen(): void {
    const alone = process.send === undefined
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => alone && this.#stop())
    process.on('message', (message: ParentMessage) => this.#receive(message))
    process.on('disconnect', () => {
      this.#leaveWithin(ORPHAN_STOP_LIMIT_MS)
      this.#stop()
    })
  }

  async started(service: RunningService): Promise<void> {
    this.#service = service
    if (this.#stopping) return await this.#drain(service)
    this.#log.info('ready', { url: service.url })
    send({ type: 'ready', url: service.url })
  }

  #receive(message: ParentMessage): void {
    if (message.type === 'stop') this.#stop()
    // A process may have more to say to its children than this.
    else if (message.type === 'report') void this.#answer(message.id)
  }

  async #answer(id: number): Promise<void> {
    try {
      const report = (await this.#service?.report()) ?? { idle: false, steps: {} }
      send({ type: 'report', id, report })
    } catch (error) {
      this.#log.error('could not report', error)
      send({ type: 'report', id, report: { idle: false, steps: {} } })
    }
  }

  #stop(): void {
    if (this.#stopping) return
    this.#stopping = true
    this.#leaveWithin(STOP_LIMIT_MS)
    if (this.#service) void this.#drain(this.#service)
  }

  #leaveWithin(limitMs: number): void {
    setTimeout(() => {
      this.#log.warn('stop took too long, leaving', { limitMs })
      process.exit(1)
    }, limitMs).unref()
  }

  async #drain(service: RunningService): Promise<void> {
    try {
      await service.stop()
      this.#log.info('stopped')
    } catch (error) {
      this.#log.error('stop failed', error)
      process.exitCode = 1
    }
    process.exit()
  }
}
