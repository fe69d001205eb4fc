import { ClickHouseException } from './errors.ts'
import type { ChdbSession } from './load-chdb.ts'
import { setUp, type SessionLease, type SessionSetup } from './session-pool.ts'

interface NamedSession {
  readonly session: ChdbSession
  busy: boolean
  timer: NodeJS.Timeout | undefined
}

/** Sessions that a client names by `session_id`: temporary tables and SETs live in them until they time out. */
export class NamedSessions {
  readonly #open = new Map<string, NamedSession>()
  readonly #openSession: () => ChdbSession
  readonly #maxOpen: number

  constructor(openSession: () => ChdbSession, maxOpen: number) {
    this.#openSession = openSession
    this.#maxOpen = maxOpen
  }

  async acquire(id: string, timeoutMs: number, setup: SessionSetup): Promise<SessionLease> {
    const named = this.#find(id)
    if (named.busy) {
      throw new ClickHouseException(
        373,
        'SESSION_IS_LOCKED',
        `Session ${id} is locked by a concurrent client`,
      )
    }
    named.busy = true
    clearTimeout(named.timer)
    const release = (): void => {
      named.busy = false
      named.timer = setTimeout(() => this.#drop(id), timeoutMs).unref()
    }
    try {
      await setUp(named.session, setup)
    } catch (error) {
      release()
      throw error
    }
    return { session: named.session, release }
  }

  close(): void {
    for (const id of this.#open.keys()) this.#drop(id)
  }

  #find(id: string): NamedSession {
    const known = this.#open.get(id)
    if (known) return known
    if (this.#open.size >= this.#maxOpen) {
      const message = `There are ${this.#maxOpen} sessions already; wait for one to time out`
      throw new ClickHouseException(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', message)
    }
    const named = { session: this.#openSession(), busy: false, timer: undefined }
    this.#open.set(id, named)
    return named
  }

  #drop(id: string): void {
    const named = this.#open.get(id)
    if (!named) return
    clearTimeout(named.timer)
    named.session.close()
    this.#open.delete(id)
  }
}
