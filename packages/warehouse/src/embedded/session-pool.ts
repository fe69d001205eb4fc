import type { ChdbSession } from './load-chdb.ts'

/** What is SET on a session before a statement runs. */
export interface SessionSetup {
  readonly database: string | undefined
  readonly settings: Readonly<Record<string, string>>
  readonly params: Readonly<Record<string, string>>
}

export interface SessionLease {
  readonly session: ChdbSession
  /** `reusable` says that the statement left nothing behind: after an error the engine still lists it as running. */
  release(reusable: boolean): void
}

export interface SessionPool {
  acquire(setup: SessionSetup): Promise<SessionLease>
  close(): void
}

/**
 * Sessions by what is set on them. SET sticks to a session and parameters cannot be taken back, so a session is used
 * again only where the same settings and the same parameter names are set: then nothing of an earlier request shows.
 */
export function createSessionPool(openSession: () => ChdbSession, maxIdle: number): SessionPool {
  const idle = new Map<ChdbSession, string>()

  const take = (key: string): ChdbSession | undefined => {
    for (const [session, itsKey] of idle) {
      if (itsKey !== key) continue
      idle.delete(session)
      return session
    }
    return undefined
  }
  const putBack = (session: ChdbSession, key: string): void => {
    idle.set(session, key)
    const [oldest] = idle.keys()
    if (idle.size <= maxIdle || !oldest) return
    idle.delete(oldest)
    oldest.close()
  }

  return {
    acquire: async (setup) => {
      const key = toKey(setup)
      const known = take(key)
      const session = known ?? openSession()
      try {
        await setUp(session, known ? { ...setup, database: undefined, settings: {} } : setup)
      } catch (error) {
        session.close()
        throw error
      }
      return { session, release: (reusable) => (reusable ? putBack(session, key) : session.close()) }
    },
    close: () => {
      for (const session of idle.keys()) session.close()
      idle.clear()
    },
  }
}

/** Applies database, settings and parameters. `readonly` comes last: after it no setting can be changed. */
export async function setUp(session: ChdbSession, setup: SessionSetup): Promise<void> {
  const { readonly, ...settings } = setup.settings
  const statements = [
    ...Object.entries(settings).map(toSet),
    ...(setup.database === undefined ? [] : [`USE ${toIdentifier(setup.database)}`]),
  ]
  if (readonly !== undefined) statements.push(toSet(['readonly', readonly]))
  // Settings first and by themselves: max_query_size counts from the next call on.
  if (statements.length > 0) await session.queryAsync(statements.join('; '))
  const params = Object.entries(setup.params).map(toSet)
  if (params.length > 0) await session.queryAsync(params.join('; '))
}

const toKey = ({ database, settings, params }: SessionSetup): string =>
  JSON.stringify([database, sorted(Object.entries(settings).map(toSet)), sorted(Object.keys(params))])

const sorted = (texts: readonly string[]): readonly string[] => texts.toSorted((a, b) => (a < b ? -1 : 1))

const toSet = ([name, value]: readonly [string, string]): string => `SET ${name} = ${toLiteral(name, value)}`

/** Integers bare, as numeric settings want them; parameters are always text. */
const toLiteral = (name: string, value: string): string =>
  !name.startsWith('param_') && /^-?\d+$/.test(value)
    ? value
    : `'${value.replace(/[\\']/g, (c) => `\\${c}`)}'`

const toIdentifier = (name: string): string => `\`${name.replace(/[\\`]/g, (c) => `\\${c}`)}\``
