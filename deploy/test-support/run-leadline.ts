import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { readEndpoints, type Endpoints } from '../src/instance/endpoints.ts'
import { buildInstancePaths } from '../src/instance/instance-paths.ts'
import { statusSchema, type Status } from '../src/status/status.ts'
import { until } from './until.ts'

const BIN = join(import.meta.dirname, '../bin/leadline.mjs')
const START_WITHIN_MS = 180_000
const STOP_WITHIN_MS = 180_000

export interface CliResult {
  readonly exitCode: number | null
  readonly output: string
  readonly error: string
}

/** One call of the CLI, to its end. */
export const callLeadline = (...argv: readonly string[]): Promise<CliResult> => callLeadlineWith({}, argv)

/** The same for a call that may outlive what goes wrong meanwhile: it is killed when the test ends. */
export function callLeadlineDuring(
  t: Pick<TestContext, 'after'>,
  ...argv: readonly string[]
): Promise<CliResult> {
  const call = spawnLeadline(argv)
  t.after(() => killProcessGroup(call.child))
  return resultOf(call)
}

/** The same with further environment variables. */
export const callLeadlineWith = (
  environment: Readonly<Record<string, string>>,
  argv: readonly string[],
): Promise<CliResult> => resultOf(spawnLeadline(argv, environment))

async function resultOf({
  child,
  exited,
  output,
  error,
}: ReturnType<typeof spawnLeadline>): Promise<CliResult> {
  await exited
  return { exitCode: child.exitCode, output: output(), error: error() }
}

/** Ctrl-C as soon as the output of a start matches; resolves when it has ended. */
export async function interruptStart(
  t: Pick<TestContext, 'after'>,
  directory: string,
  when: RegExp,
): Promise<CliResult> {
  const start = await beginStart(t, directory, when)
  start.interrupt()
  return await start.ended()
}

/** A start that is not ready yet. */
export interface BegunStart {
  output(): string
  /** Ctrl-C. */
  interrupt(): void
  ended(): Promise<CliResult>
}

/** `leadline start` on a directory, until its output matches. */
export async function beginStart(
  t: Pick<TestContext, 'after'>,
  directory: string,
  when: RegExp,
): Promise<BegunStart> {
  const start = spawnLeadline(['start', '--data', directory, '--port', '0'])
  const { child, output } = start
  t.after(() => killProcessGroup(child))
  await until('the start is that far', () => when.test(output()) || child.exitCode !== null, START_WITHIN_MS)
  return {
    output,
    interrupt: () => void child.kill('SIGINT'),
    ended: () => resultOf(start),
  }
}

export interface RunningLeadline {
  readonly endpoints: Endpoints
  /** What it has printed so far. */
  output(): string
  status(): Promise<Status>
  /** Ctrl-C, and the wait for its end; resolves to the exit code. */
  stop(): Promise<number | null>
  /** kill -9 of the supervising process alone. */
  killParent(): Promise<void>
  /** kill -9 of the whole process group. */
  killGroup(): Promise<void>
}

/** `leadline start` on a directory, until it is ready. */
export async function startLeadline(
  t: Pick<TestContext, 'after'>,
  directory: string,
  ...flags: readonly string[]
): Promise<RunningLeadline> {
  const { child, exited, output, error } = spawnLeadline(['start', '--data', directory, ...flags])
  const paths = buildInstancePaths(directory)
  t.after(() => killProcessGroup(child))
  let endpoints: Endpoints | undefined
  await until(
    'leadline is ready',
    async () => {
      if (child.exitCode !== null)
        throw new Error(`leadline ended with ${child.exitCode}: ${output()}${error()}`)
      endpoints = await readEndpoints(paths.endpoints)
      return endpoints?.pid === child.pid
    },
    START_WITHIN_MS,
  )
  if (!endpoints) throw new Error('no endpoints')
  const end = async (send: () => void): Promise<void> => {
    send()
    await exited
  }
  return {
    endpoints,
    output: () => output() + error(),
    status: async () => {
      const { output: answer } = await callLeadline('status', '--data', directory, '--json')
      return statusSchema.parse(JSON.parse(answer))
    },
    stop: async () => {
      const limit = setTimeout(() => killProcessGroup(child), STOP_WITHIN_MS)
      await end(() => child.kill('SIGINT'))
      clearTimeout(limit)
      return child.exitCode
    },
    killParent: () => end(() => child.kill('SIGKILL')),
    killGroup: () => end(() => killProcessGroup(child)),
  }
}

function spawnLeadline(argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  // A group of its own, as a terminal gives one: its signals must not reach the test.
  const child = spawn(process.execPath, [BIN, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...environment },
  })
  const text = { output: '', error: '' }
  child.stdout.on('data', (chunk) => (text.output += String(chunk)))
  child.stderr.on('data', (chunk) => (text.error += String(chunk)))
  const exited = once(child, 'exit')
  return { child, exited, output: () => text.output, error: () => text.error }
}

function killProcessGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // ESRCH: everyone in it has ended already.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
