import { join, resolve } from 'node:path'

/** The command-line default of --data. */
export const DEFAULT_DIRECTORY = '.leadline'

/** Everything that an instance keeps lies in one directory. */
export interface InstancePaths {
  readonly directory: string
  readonly lock: string
  readonly secrets: string
  readonly endpoints: string
  /** What only a running instance needs; made new at each start. */
  readonly run: string
  readonly settings: string
  readonly tag: string
  readonly control: string
  readonly controlSocket: string
  readonly processes: string
  readonly logs: string
  readonly stream: string
  readonly clickhouse: string
  readonly sandbox: string
}

export function buildInstancePaths(directory: string): InstancePaths {
  const root = resolve(directory)
  const run = join(root, 'run')
  return {
    directory: root,
    lock: join(root, 'lock.db'),
    secrets: join(root, 'secrets.json'),
    endpoints: join(root, 'endpoints.json'),
    run,
    settings: join(run, 'leadline.yaml'),
    tag: join(run, 'leadline.js'),
    control: join(run, 'control.json'),
    controlSocket: join(run, 'control.sock'),
    processes: join(run, 'processes.json'),
    logs: join(root, 'logs'),
    stream: join(root, 'stream'),
    clickhouse: join(root, 'clickhouse'),
    sandbox: join(root, 'sandbox'),
  }
}
