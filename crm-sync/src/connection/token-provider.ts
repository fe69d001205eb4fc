import { SalesforceError } from '../salesforce/errors.ts'
import type { Session, TokenProvider } from './session.ts'
import type { TokenSource } from './token-source.ts'

export interface ProviderOptions {
  readonly source: TokenSource
  /** A dropped session is asked for again at most this often: an outage is not cured by tokens. */
  readonly recheckMs: number
  /** More than three renewals within this time mean that new sessions are no good either. */
  readonly renewalsWithinMs: number
  readonly now: () => number
}

const MAX_RENEWALS = 3

/** Keeps one session for all calls of this process; callers at the same time share one renewal. */
export function createTokenProvider(options: ProviderOptions): TokenProvider {
  const { source, recheckMs, renewalsWithinMs, now } = options
  let session: Session | undefined
  let stale: Session | undefined
  let pending: Promise<Session> | undefined
  let droppedAtMs = Number.NEGATIVE_INFINITY
  let renewals: readonly number[] = []

  function fetchOnce(): Promise<Session> {
    pending ??= source
      .fetch(stale)
      .then((fresh) => (session = fresh))
      .finally(() => (pending = undefined))
    return pending
  }

  return {
    current: async () => session ?? (await fetchOnce()),
    async renew(old) {
      if (session !== undefined && session.accessToken !== old.accessToken) return session
      if (pending === undefined) {
        renewals = [...renewals.filter((atMs) => atMs > now() - renewalsWithinMs), now()]
        if (renewals.length > MAX_RENEWALS) throw tooMany()
        stale = old
      }
      return await fetchOnce()
    },
    drop(suspect) {
      if (session?.accessToken !== suspect.accessToken || now() - droppedAtMs < recheckMs) return
      droppedAtMs = now()
      stale = session
      session = undefined
    },
  }
}

const tooMany = (): SalesforceError =>
  new SalesforceError({
    code: 'auth_broken',
    class: 'auth',
    status: 401,
    detail: 'each new session was refused soon after it began',
    fields: [],
  })
