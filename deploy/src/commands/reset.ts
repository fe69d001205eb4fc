import { rm, stat } from 'node:fs/promises'
import { CommandError, type Command } from '../command.ts'
import { buildInstancePaths, DEFAULT_DIRECTORY, type InstancePaths } from '../instance/instance-paths.ts'
import { lockInstance } from '../instance/lock.ts'
import { awaitPredecessors } from '../instance/processes.ts'
import { findHolder } from '../start/find-holder.ts'
import { dataFlag } from './data-flag.ts'

export const reset: Command = {
  name: 'reset',
  summary: 'delete the data of an instance that does not run',
  details:
    'Deletes what `start` made in DIR: events, leads, the simulated org, keys and logs. Other files stay.',
  flags: { data: dataFlag },
  exitCodes: { 0: 'deleted, or there was nothing', 1: 'it runs, or could not be deleted' },
  async run(flags, terminal) {
    const paths = buildInstancePaths(flags.text('data') ?? DEFAULT_DIRECTORY)
    if (!(await isInstance(paths))) {
      terminal.line(`There is no instance in ${paths.directory}.`)
      return 0
    }
    const lock = await lockInstance({
      path: paths.lock,
      directory: paths.directory,
      findHolder: () => findHolder(paths.control),
      waitMs: 0,
      onWait: () => undefined,
    })
    try {
      await awaitPredecessors(paths.processes, 0)
      await deleteData(paths)
    } finally {
      lock.release()
    }
    await rm(paths.lock, { force: true })
    terminal.line(`Deleted the data of ${paths.directory}.`)
    return 0
  },
}

const isInstance = (paths: InstancePaths): Promise<boolean> =>
  stat(paths.secrets).then(
    () => true,
    () => false,
  )

/** The secrets go last: as long as they are there, a reset that was cut short can be run again. */
async function deleteData({
  endpoints,
  run,
  logs,
  stream,
  clickhouse,
  sandbox,
  secrets,
}: InstancePaths): Promise<void> {
  try {
    for (const path of [endpoints, run, logs, stream, clickhouse, sandbox, secrets])
      await rm(path, { recursive: true, force: true })
  } catch (error) {
    throw new CommandError('the data could not be deleted whole; run reset again as the user who owns it', {
      cause: error,
    })
  }
}
