import type { drainPending, Session } from 'chdb'

export type ChdbSession = Session

/** The part of chDB that is used. */
export interface ChdbModule {
  readonly Session: typeof Session
  readonly drainPending: typeof drainPending
}

/** chDB has no build for this machine, or its library cannot be loaded. */
export class EngineUnsupported extends Error {
  override readonly name = 'EngineUnsupported'
}

/** Loads the native engine. Rejects with EngineUnsupported, which says what to do instead. */
export async function loadChdb(load: () => Promise<ChdbModule> = () => import('chdb')): Promise<ChdbModule> {
  try {
    return await load()
  } catch (cause) {
    const message =
      `the embedded ClickHouse (chDB) cannot be loaded on ${process.platform}-${process.arch}: it exists for Linux (glibc) ` +
      'and macOS on x64 and arm64. Install the optional packages of chdb there (npm ci), or set `warehouse` to ' +
      '{ kind: clickhouse, url, user, password } of a ClickHouse server'
    throw new EngineUnsupported(message, { cause })
  }
}
