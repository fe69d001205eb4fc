import type { Environment } from '@leadline/config'
import { startControlServer } from '../control/control-server.ts'
import { removeEndpoints, writeEndpoints } from '../instance/endpoints.ts'
import { buildInstancePaths, type InstancePaths } from '../instance/instance-paths.ts'
import { lockInstance } from '../instance/lock.ts'
import { awaitPredecessors } from '../instance/processes.ts'
import { formatSeconds } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { buildAnnouncement } from './announce.ts'
import { bringUp } from './bring-up.ts'
import { findHolder } from './find-holder.ts'
import { Instance } from './instance.ts'
import { makeDirectories, prepareInstance, type StartOptions } from './prepare-instance.ts'
import type { Signals } from './wait-for-signal.ts'

export interface RunOptions {
  readonly directory: string
  readonly start: StartOptions
  readonly environment: Environment
  readonly terminal: Terminal
  readonly signals: Signals
}

/** How long a predecessor that is ending, or its parts, are waited for. */
const PREDECESSOR_WAIT_MS = 15_000

/** Starts everything, runs until the operator says stop, stops in order. Throws CommandError or ConfigError. */
export async function runInstance(options: RunOptions): Promise<void> {
  const paths = buildInstancePaths(options.directory)
  await makeDirectories(paths)
  const lock = await lockInstance({
    path: paths.lock,
    directory: paths.directory,
    findHolder: () => findHolder(paths.control),
    waitMs: PREDECESSOR_WAIT_MS,
    onWait: () => options.terminal.line(`Waiting for the previous run on ${paths.directory} to end.`),
  })
  try {
    await removeEndpoints(paths.endpoints)
    await runLocked(paths, options)
  } finally {
    lock.release()
  }
}

async function runLocked(paths: InstancePaths, options: RunOptions): Promise<void> {
  const instance = new Instance(paths, options.terminal)
  const control = await startControlServer(paths, instance.answer)
  try {
    await awaitPredecessors(paths.processes, PREDECESSOR_WAIT_MS)
    await runUntilStopped(instance, paths, options)
  } finally {
    await instance.stop(options.signals.hurry)
    await removeEndpoints(paths.endpoints)
    await control.close()
  }
  options.terminal.line('Stopped.')
}

/** The operator's word may come before everything is up. */
async function runUntilStopped(
  instance: Instance,
  paths: InstancePaths,
  { start, environment, terminal, signals }: RunOptions,
): Promise<void> {
  const from = performance.now()
  const prepared = await prepareInstance(paths, start, environment)
  terminal.line(`Starting Leadline on ${paths.directory}`)
  const coming = bringUp(prepared, instance.supervisor, {
    progress: (name, tookMs) => terminal.line(`  ${name.padEnd(10)}  ready after ${formatSeconds(tookMs)}`),
    stop: signals.stop,
  })
  const running = await Promise.race([coming, aborted(signals.stop)])
  if (running) {
    instance.adopt(prepared.settings, running)
    await writeEndpoints(paths.endpoints, running.endpoints)
    terminal.line(buildAnnouncement(running.endpoints, paths.directory, performance.now() - from))
    await aborted(signals.stop)
  }
  terminal.line('Stopping: what was accepted is finished or kept for the next start.')
  if (!running) await instance.abandon(coming, signals.hurry)
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  return undefined
}
