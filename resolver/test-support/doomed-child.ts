import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Settings } from '@leadline/contract'
import type { WriteMoment } from './watched-writes.ts'

const ENTRY = join(import.meta.dirname, 'doomed-resolver.ts')

/** A resolver process that sends itself `signal` at one moment of its life. */
export interface DoomedTask {
  readonly settings: Settings
  readonly signal: 'SIGKILL' | 'SIGSTOP'
  readonly at: WriteMoment
}

export interface DoomedChild {
  readonly process: ChildProcess
  /** Name of the signal that ended it, null when it ended by itself. */
  ended(): Promise<NodeJS.Signals | null>
}

export function startDoomedChild(task: DoomedTask): DoomedChild {
  const child = fork(ENTRY, [JSON.stringify(task)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  return {
    process: child,
    ended: async () => {
      await exited
      return child.signalCode
    },
  }
}
