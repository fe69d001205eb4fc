import { setTimeout as delay } from 'node:timers/promises'
import { TOPICS, type Settings } from '@leadline/contract'
import { describeError } from '@leadline/runtime'
import type { InstancePaths } from '../instance/instance-paths.ts'
import { toProcessRecord, writeProcesses } from '../instance/processes.ts'
import { gatherStatus } from '../status/gather-status.ts'
import type { Status } from '../status/status.ts'
import { Supervisor } from '../supervisor/supervisor.ts'
import { formatSeconds } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { RunningInstance } from './bring-up.ts'
import { STOP_ORDER } from './part-list.ts'
import { RepeatFilter } from './repeat-filter.ts'
import { formatLogLine, toLogKind } from './show-log-line.ts'

/** The embedded log does not delete by itself. */
const RETENTION_EVERY_MS = 3_600_000
/** A migration whose engine goes away would try again for longer than it takes to finish. */
const STEP_WAIT_MS = 2000

/** One `leadline start` while it lives: its processes, and what it says about itself. */
export class Instance {
  readonly supervisor: Supervisor
  readonly #paths: InstancePaths
  readonly #terminal: Terminal
  readonly #repeats = new RepeatFilter()
  #phase: Status['phase'] = 'starting'
  #running: (RunningInstance & { readonly settings: Settings }) | undefined
  #retention: NodeJS.Timeout | undefined
  #processesWritten: Promise<void> = Promise.resolve()

  constructor(paths: InstancePaths, terminal: Terminal) {
    this.#paths = paths
    this.#terminal = terminal
    this.supervisor = new Supervisor({
      logDirectory: paths.logs,
      events: {
        onProcess: () => this.#noteProcesses(),
        onLog: (part, line) => this.#showLog(part, line),
        onDeath: (part, problem, pauseMs) =>
          terminal.error(`  ${part}  died: ${problem}; starting it again in ${formatSeconds(pauseMs)}`),
        onRecovery: (part) => terminal.line(`  ${part}  runs again`),
      },
    })
  }

  adopt(settings: Settings, running: RunningInstance): void {
    this.#running = { ...running, settings }
    this.#phase = 'running'
    this.#retention = setInterval(() => void this.#applyRetention(), RETENTION_EVERY_MS)
    this.#retention.unref()
  }

  /** Stops a start that the operator no longer wants; what it still opens is closed. */
  async abandon(coming: Promise<RunningInstance>, hurry: AbortSignal): Promise<void> {
    this.#phase = 'stopping'
    await withinStep(coming, hurry)
    const [, came] = await Promise.allSettled([this.#stopParts(hurry), coming])
    if (came.status === 'fulfilled') await closeSources(came.value)
  }

  /** In order; at once when `hurry` aborts. Harmless when nothing runs. */
  async stop(hurry: AbortSignal): Promise<void> {
    this.#phase = 'stopping'
    clearInterval(this.#retention)
    await this.#stopParts(hurry)
    if (this.#running) await closeSources(this.#running)
    await this.#processesWritten
  }

  async #stopParts(hurry: AbortSignal): Promise<void> {
    const onHurry = (): void => this.supervisor.killAll()
    if (hurry.aborted) onHurry()
    hurry.addEventListener('abort', onHurry)
    await this.supervisor.stop(STOP_ORDER)
    hurry.removeEventListener('abort', onHurry)
  }

  /** Answers `status` and a second `start`. */
  readonly answer = async (question: URL): Promise<object | undefined> => {
    if (question.pathname === '/hello') return { pid: process.pid, stopping: this.#phase === 'stopping' }
    if (question.pathname !== '/status') return undefined
    if (this.#running && this.#phase === 'running') {
      const sources = { ...this.#running, supervisor: this.supervisor }
      return await gatherStatus(sources, question.searchParams.get('email') ?? undefined)
    }
    return this.#statusOfParts()
  }

  #showLog(part: string, line: string): void {
    const text = this.#repeats.pass(toLogKind(part, line), formatLogLine(part, line), performance.now())
    if (text !== undefined) this.#terminal.error(text)
  }

  #statusOfParts(): Status {
    return {
      pid: process.pid,
      phase: this.#phase,
      idle: false,
      steps: { accepted: 0, stored: 0, resolved: 0, waiting: 0, parked: 0, dead: 0 },
      lag: {},
      problems: [],
      parts: [...this.supervisor.states()],
      records: null,
    }
  }

  // One write after the other, so that the file shows the newest state.
  #noteProcesses(): void {
    const earlier = this.#processesWritten
    this.#processesWritten = this.#writeProcesses(earlier)
  }

  async #writeProcesses(earlier: Promise<void>): Promise<void> {
    await earlier
    const states = this.supervisor.states()
    try {
      await writeProcesses(
        this.#paths.processes,
        states.flatMap(({ name, pid }) => (pid === null ? [] : [toProcessRecord(name, pid)])),
      )
    } catch (error) {
      this.#terminal.error(`  ${this.#paths.processes} cannot be written: ${describeError(error)}`)
    }
  }

  async #applyRetention(): Promise<void> {
    try {
      await this.#running?.stream.admin.applyRetention(TOPICS)
    } catch (error) {
      this.#terminal.error(`  retention of the stream failed: ${describeError(error)}`)
    }
  }
}

/** Waits for the step of a start that is under way, but not for long and not in a hurry. */
async function withinStep(coming: Promise<unknown>, hurry: AbortSignal): Promise<void> {
  await Promise.race([
    Promise.allSettled([coming]),
    delay(STEP_WAIT_MS, undefined, { ref: false, signal: hurry }).catch(() => undefined),
  ])
}

async function closeSources({ stream, warehouse }: RunningInstance): Promise<void> {
  await stream.close()
  await warehouse.close()
}
