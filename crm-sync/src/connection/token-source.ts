import { SalesforceError } from '../salesforce/errors.ts'
import type { AuthSettings } from './auth-settings.ts'
import type { ConnectionStore, StoredConnection } from './connection-store.ts'
import { signAssertion } from './jwt-assertion.ts'
import { requestToken, type Grant, type TokenHost } from './request-token.ts'
import type { Session } from './session.ts'

/** Where sessions come from. Callers ask one at a time. */
export interface TokenSource {
  /** A session that is not the stale one; without a stale one, any that may be good. */
  fetch(stale: Session | undefined): Promise<Session>
}

export interface SourceOptions extends TokenHost {
  readonly auth: AuthSettings
  readonly store: ConnectionStore
  readonly now: () => number
}

export const createTokenSource = (options: SourceOptions): TokenSource =>
  options.auth.flow === 'web-server'
    ? createStoredSource(options, options.auth)
    : { fetch: async () => await pin(options, await requestToken(options, formOf(options))) }

/** Flows that ask for a session each time. */
function formOf({ auth, loginUrl, now }: SourceOptions): Readonly<Record<string, string>> {
  if (auth.flow === 'jwt') {
    const audience = auth.audience ?? new URL(loginUrl).origin
    return {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: signAssertion({ ...auth, audience }, now()),
    }
  }
  return {
    grant_type: 'client_credentials',
    client_id: auth.clientId,
    client_secret: auth.clientSecret ?? '',
  }
}

/** The first org that answers is the one; another one later is not written to. */
async function pin({ store }: SourceOptions, { session }: Grant): Promise<Session> {
  const known = await store.load()
  checkOrg(known, session)
  if (session.orgId !== undefined && known?.orgId !== session.orgId)
    await store.save({ ...toStored(session), refreshToken: '', accessToken: '' })
  return session
}

const toStored = (session: Session) => ({
  orgId: session.orgId ?? '',
  userId: session.userId ?? '',
  instanceUrl: session.instanceUrl,
  accessToken: session.accessToken,
  isDead: false,
})

function checkOrg(known: StoredConnection | undefined, { orgId }: Session): void {
  if (!known?.orgId || orgId === undefined || isSameId(known.orgId, orgId)) return
  throw new SalesforceError({
    code: 'org_changed',
    class: 'auth',
    status: 0,
    detail: `the login leads to the org ${orgId}, and this workspace is connected to ${known.orgId}`,
    fields: [],
  })
}

/** 15 or 18 characters. */
const isSameId = (a: string, b: string): boolean => a.slice(0, 15) === b.slice(0, 15)

/**
 * The flow with a person's consent. Its refresh token may be good for one use only, so processes take turns: each looks
 * first whether another one renewed already, and a new token is durable before anything is done with it.
 */
function createStoredSource(
  options: SourceOptions,
  auth: Extract<AuthSettings, { flow: 'web-server' }>,
): TokenSource {
  const { store } = options

  async function renew(known: StoredConnection): Promise<Session> {
    try {
      const { session, refreshToken } = await requestToken(options, {
        grant_type: 'refresh_token',
        refresh_token: known.refreshToken,
        client_id: auth.clientId,
        ...(auth.clientSecret === undefined ? {} : { client_secret: auth.clientSecret }),
      })
      checkOrg(known, session)
      const orgId = session.orgId ?? known.orgId
      const userId = session.userId ?? known.userId
      await store.save({
        ...toStored({ ...session, orgId, userId }),
        refreshToken: refreshToken ?? known.refreshToken,
      })
      return session
    } catch (error) {
      if (!(error instanceof SalesforceError) || error.failure.code !== 'invalid_grant') throw error
      const latest = await store.load()
      // Somebody connected again meanwhile.
      if (latest && latest.refreshToken !== known.refreshToken) return toSession(latest)
      await store.save({ ...known, isDead: true })
      throw error
    }
  }

  return {
    async fetch(stale) {
      const known = usable(await store.load())
      if (isFresh(known, stale)) return toSession(known)
      return await store.alone(async () => {
        const latest = usable(await store.load())
        return isFresh(latest, stale) ? toSession(latest) : await renew(latest)
      })
    },
  }
}

const isFresh = (known: StoredConnection, stale: Session | undefined): boolean =>
  known.accessToken !== '' && known.accessToken !== stale?.accessToken

const toSession = ({ accessToken, instanceUrl, orgId, userId }: StoredConnection): Session => ({
  accessToken,
  instanceUrl,
  orgId,
  userId,
  isKept: true,
})

function usable(known: StoredConnection | undefined): StoredConnection {
  if (known && known.refreshToken !== '' && !known.isDead) return known
  const detail = known?.isDead
    ? 'Salesforce does not take the refresh token any more; connect again'
    : 'nobody has connected this workspace yet'
  throw new SalesforceError({ code: 'not_connected', class: 'auth', status: 0, detail, fields: [] })
}
