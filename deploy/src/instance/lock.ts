import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { CommandError } from '../command.ts'

export interface InstanceLock {
  release(): void
}

/** Who holds the lock, as far as can be known. */
export interface Holder {
  readonly pid: number | undefined
  /** It answers and is not about to end. */
  readonly healthy: boolean
}

export interface LockOptions {
  readonly path: string
  readonly directory: string
  readonly findHolder: () => Promise<Holder>
  /** How long a holder that is ending is waited for. */
  readonly waitMs: number
  readonly onWait: (holder: Holder) => void
}

const RETRY_MS = 100

/**
 * One instance on one directory. The lock is SQLite's on an open file, so the system frees it whichever way the
 * process ends. Throws CommandError that names the holder: at once when it is healthy, else after the wait.
 */
export async function lockInstance(options: LockOptions): Promise<InstanceLock> {
  const deadline = performance.now() + options.waitMs
  let waiting = false
  for (;;) {
    const lock = tryLock(options.path)
    if (lock) return lock
    const holder = await options.findHolder()
    if (holder.healthy || performance.now() > deadline)
      throw new CommandError(refusal(holder, options.directory))
    if (!waiting) options.onWait(holder)
    waiting = true
    await delay(RETRY_MS)
  }
}

const refusal = ({ pid, healthy }: Holder, directory: string): string =>
  `another leadline (${pid === undefined ? 'pid unknown' : `pid ${pid}`}) ${healthy ? 'runs' : 'is still ending'} on ${directory}; ` +
  'stop it, or choose another directory with --data DIR'

function tryLock(path: string): InstanceLock | undefined {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return { release: () => database.close() }
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
}

// SQLITE_BUSY, with any extended code above it.
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5
