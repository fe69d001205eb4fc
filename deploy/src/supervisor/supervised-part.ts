import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChildMessage, ParentMessage, ServiceReport } from '@leadline/runtime'
import { STEADY_MS, toBackOffMs } from './back-off.ts'
import { parseChildMessage } from './child-messages.ts'
import { PartFailed, type Part, type PartPhase, type PartState } from './part.ts'

export interface PartEvents {
  /** The set of running processes changed. */
  readonly onProcess: () => void
  /** A JSON log line of level warn or error. */
  readonly onLog: (part: string, line: string) => void
  /** It died and will be started again after `pauseMs`. */
  readonly onDeath: (part: string, problem: string, pauseMs: number) => void
  /** It is ready again after a death. */
  readonly onRecovery: (part: string) => void
}

/** A child gives up after 20 s by itself; this is for one that hangs. */
const STOP_LIMIT_MS = 23_000

/** One part: its process, its restarts, its stop. */
export class SupervisedPart {
  readonly #part: Part
  readonly #logFile: string
  readonly #events: PartEvents
  #child: ChildProcess | undefined
  #phase: PartPhase = 'stopped'
  #url: string | null = null
  #restarts = 0
  #failures = 0
  #lastProblem: string | null = null
  #readyAt = 0
  #nextReportId = 1
  readonly #reports = new Map<number, (report: ServiceReport) => void>()
  readonly #stopped = new AbortController()

  constructor(part: Part, logFile: string, events: PartEvents) {
    this.#part = part
    this.#logFile = logFile
    this.#events = events
  }

  state(): PartState {
    return {
      name: this.#part.name,
      phase: this.#phase,
      pid: this.#child?.pid ?? null,
      url: this.#url,
      restarts: this.#restarts,
      lastProblem: this.#lastProblem,
    }
  }

  /** Resolves to its URL when it is ready. Rejects with PartFailed when the first start fails: then it stays down. */
  async start(): Promise<string | undefined> {
    try {
      return await this.#launch()
    } catch (error) {
      this.#phase = 'stopped'
      throw error
    }
  }

  /** Undefined when it does not run or does not answer in time. */
  async report(timeoutMs: number): Promise<ServiceReport | undefined> {
    if (this.#phase !== 'ready') return undefined
    const id = this.#nextReportId++
    const answer = new Promise<ServiceReport>((resolve) => this.#reports.set(id, resolve))
    this.#send({ type: 'report', id })
    try {
      return await Promise.race([answer, delay(timeoutMs, undefined, { ref: false })])
    } finally {
      this.#reports.delete(id)
    }
  }

  /** In order: the child finishes what it has in hand. Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#phase = 'stopping'
    this.#stopped.abort()
    const child = this.#child
    if (child) {
      const gone = new Promise((resolve) => child.once('close', resolve))
      this.#send({ type: 'stop' })
      const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
      await gone
      clearTimeout(limit)
    }
    this.#phase = 'stopped'
  }

  /** At once: what is stored survives a kill by design. */
  kill(): void {
    this.#stopped.abort()
    this.#child?.kill('SIGKILL')
  }

  async #launch(): Promise<string | undefined> {
    this.#phase = 'starting'
    const child = spawnPart(this.#part, this.#logFile)
    this.#child = child
    const ready = Promise.withResolvers<string | undefined>()
    let failure = ''
    child.on('message', (raw) => {
      const message = parseChildMessage(raw)
      if (message?.type === 'failed') failure = message.message
      if (message?.type === 'ready') ready.resolve(this.#becomeReady(message.url))
      if (message) this.#receive(message)
    })
    child.once('error', (error) => (failure ||= error.message))
    // `close` comes after the channel is read to its end, so the reason of a failed start is known by then.
    child.once('close', (code, signal) => {
      const problem = failure || `ended by itself (${signal ?? `code ${code}`}); see ${this.#logFile}`
      this.#forget(child, problem)
      ready.reject(new PartFailed(this.#part.name, problem))
    })
    this.#events.onProcess()
    return await ready.promise
  }

  #becomeReady(url: string | undefined): string | undefined {
    this.#url = url ?? null
    this.#readyAt = performance.now()
    if (this.#phase === 'starting') this.#phase = 'ready'
    return url
  }

  #receive(message: ChildMessage): void {
    if (message.type === 'report') this.#reports.get(message.id)?.(message.report)
    if (message.type === 'log') this.#events.onLog(this.#part.name, message.line)
  }

  #forget(child: ChildProcess, problem: string): void {
    if (this.#child !== child) return
    const wasReady = this.#phase === 'ready'
    this.#child = undefined
    this.#events.onProcess()
    if (this.#stopped.signal.aborted) return
    this.#lastProblem = problem
    if (wasReady) void this.#restart(problem)
  }

  async #restart(problem: string): Promise<void> {
    let reason = problem
    if (performance.now() - this.#readyAt > STEADY_MS) this.#failures = 0
    while (!this.#stopped.signal.aborted) {
      this.#failures += 1
      this.#phase = 'waiting'
      const pauseMs = toBackOffMs(this.#failures)
      this.#events.onDeath(this.#part.name, reason, pauseMs)
      await delay(pauseMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined)
      if (this.#stopped.signal.aborted) return
      this.#restarts += 1
      const again = await this.#tryLaunch()
      if (again === undefined) return
      reason = again
    }
  }

  /** The problem, or undefined when it is ready. */
  async #tryLaunch(): Promise<string | undefined> {
    try {
      await this.#launch()
      this.#events.onRecovery(this.#part.name)
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  #send(message: ParentMessage): void {
    // The channel may close while the message is on its way: then `close` follows, which is acted on.
    if (this.#child?.connected) this.#child.send(message, () => undefined)
  }
}

function spawnPart(part: Part, logFile: string): ChildProcess {
  // Straight into the file, not through us: the child can write on when this process is killed.
  const log = openSync(logFile, 'a', 0o600)
  try {
    return spawn(process.execPath, [part.entry, ...part.args], {
      stdio: ['ignore', log, log, 'ipc'],
      env: part.environment,
    })
  } finally {
    closeSync(log)
  }
}
