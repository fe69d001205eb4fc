import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '@leadline/contract'
import type { ResolverLab } from './resolver-lab.ts'
import { TIGHT_LIMITS, toSettings } from './settings.ts'

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts')

export interface ResolverChild {
  readonly process: ChildProcess
  /** In order, on the word of its parent. Resolves to the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL. */
  kill(): Promise<void>
}

/** The resolver as it runs in production: its own process, with a settings file. On the log of the lab. */
export const startResolverChild = (lab: ResolverLab, workspaces: number): Promise<ResolverChild> =>
  startResolverWith(toChildSettings(lab, workspaces))

export async function startResolverWith(settings: Partial<Settings>): Promise<ResolverChild> {
  const folder = await mkdtemp(join(tmpdir(), 'leadline-resolver-settings-'))
  const file = join(folder, 'leadline.yaml')
  await writeFile(file, JSON.stringify(settings))
  const child = fork(MAIN, [], {
    env: { ...process.env, LEADLINE_CONFIG: file },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  child.once('exit', () => void rm(folder, { recursive: true, force: true }))
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message) => {
      const text = JSON.stringify(message)
      if (text.includes('"ready"')) resolve()
      if (text.includes('"failed"')) reject(new Error(text))
    })
    child.once('exit', () => reject(new Error('the resolver ended before it was ready')))
  })
  return {
    process: child,
    stop: async () => {
      child.send({ type: 'stop' })
      await exited
      return child.exitCode
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** YAML is a superset of JSON. */
function toChildSettings(lab: ResolverLab, workspaces: number): Partial<Settings> {
  const { url, user, password, readerPassword } = lab.database
  return {
    workspaces: toSettings(workspaces, TIGHT_LIMITS).workspaces,
    stream: { kind: 'embedded', directory: lab.streamDirectory, maxBytes: 2 ** 32 },
    warehouse: { kind: 'embedded', directory: 'unused', url, user, password, readerPassword },
  }
}
