import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { buildEngineConfig } from './engine-config.ts'
import { openIncoming, type Incoming } from './incoming.ts'
import type { ChdbModule, ChdbSession } from './load-chdb.ts'

export interface EngineOptions {
  /** One process at a time may have it open. */
  readonly directory: string
  readonly maxMemoryBytes: number
  /** How long the lock of another process is waited for: a killed predecessor may still be going away. */
  readonly lockWaitMs: number
}

/** chDB, open on one directory. */
export interface Engine {
  readonly version: string
  readonly tableFunctions: readonly string[]
  readonly incoming: Incoming
  /** A connection of its own: what it SETs stays with it. Statements of one session run one after the other. */
  readonly openSession: () => ChdbSession
  /** Stops the statements whose text starts with `tag`. */
  interrupt(tag: string): Promise<void>
  /** Waits for what is running, then releases the directory. */
  close(): Promise<void>
}

/** The directory is locked by another process, after the wait, or cannot be opened. */
export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable'
}

export async function openEngine(chdb: ChdbModule, options: EngineOptions): Promise<Engine> {
  await mkdir(options.directory, { recursive: true })
  const configFile = join(options.directory, 'engine.xml')
  await writeFile(configFile, buildEngineConfig(options))
  const path = join(options.directory, 'data')
  const keeper = await openFirst(chdb, path, { configFile, lockWaitMs: options.lockWaitMs })
  const incoming = await openIncoming(options.directory)
  const read = (sql: string): string => keeper.query(sql, 'TSV').trim()
  return {
    version: read('SELECT version()'),
    tableFunctions: read('SELECT name FROM system.table_functions').split('\n'),
    incoming,
    openSession: () => new chdb.Session(path),
    interrupt: async (tag) => {
      await keeper.queryAsync(`KILL QUERY WHERE startsWith(query, '${tag}') ASYNC`)
    },
    close: async () => {
      await chdb.drainPending()
      keeper.close()
      await incoming.close()
    },
  }
}

const RETRY_MS = 250
/** Tries without a live holder: it may have died between the failure and the look at it. */
const MAX_UNEXPLAINED = 4

async function openFirst(
  chdb: ChdbModule,
  path: string,
  options: { readonly configFile: string; readonly lockWaitMs: number },
): Promise<ChdbSession> {
  const deadline = performance.now() + options.lockWaitMs
  for (let unexplained = 0; ;) {
    try {
      return new chdb.Session(path, { connectionArgs: [`--config-file=${options.configFile}`] })
    } catch (cause) {
      const holder = await findHolder(path)
      if (holder === undefined && ++unexplained > MAX_UNEXPLAINED) {
        const hint =
          'look at the free space and the rights of the directory, and at the line that the engine wrote'
        throw new EngineUnavailable(`the ClickHouse data in ${path} cannot be opened: ${hint}`, { cause })
      }
      if (holder !== undefined && performance.now() > deadline) {
        throw new EngineUnavailable(toLockedMessage(path, holder), { cause })
      }
      await delay(RETRY_MS)
    }
  }
}

const toLockedMessage = (path: string, holder: number): string =>
  `the ClickHouse data in ${path} is in use by process ${holder}; stop that process, or use another data directory`

/** The live process that wrote the engine's status file, if any. chDB's error does not say why opening failed. */
async function findHolder(path: string): Promise<number | undefined> {
  const status = await readFile(join(path, 'status'), 'utf8').catch(() => '')
  const pid = Number(/^PID: (\d+)/.exec(status)?.[1])
  if (!pid || pid === process.pid) return undefined
  return isAlive(pid) ? pid : undefined
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
