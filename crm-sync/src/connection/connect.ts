import type { CrmSettings } from '@leadline/contract'
import { SalesforceError } from '../salesforce/errors.ts'
import { createExchange } from '../salesforce/exchange.ts'
import { checkHost } from '../salesforce/host-rule.ts'
import { readAuth } from './auth-settings.ts'
import type { ConnectionStore } from './connection-store.ts'
import { drawPkce, drawState } from './pkce.ts'
import { listenForRedirect } from './redirect-listener.ts'
import { requestToken, type Grant } from './request-token.ts'
import type { Session } from './session.ts'
import { createTokenSource } from './token-source.ts'

export interface ConnectOptions {
  readonly crm: CrmSettings
  readonly store: ConnectionStore
  /** Another org than the one connected before is meant. */
  readonly acceptsNewOrg: boolean
  /** Shows the address where a person consents. */
  readonly onAddress: (address: string) => void
  readonly now: () => number
  readonly deadlineMs?: number
}

const CONSENT_MS = 10 * 60_000
const SCOPE = 'api refresh_token openid id'

/** Connects a workspace to its org and remembers which one it is. Rejects with SalesforceError or a plain refusal. */
export async function connect(options: ConnectOptions): Promise<Session> {
  const { crm, store, acceptsNewOrg } = options
  const { loginUrl, allowLoopback } = crm
  const auth = readAuth(crm)
  const exchange = createExchange()
  if (auth.flow === 'web-server') {
    const grant = await consent(options, auth)
    await store.alone(() => keep(grant, options))
    return grant.session
  }
  const known = await store.load()
  if (acceptsNewOrg && known) await store.save({ ...known, orgId: '' })
  const host = { loginUrl, allowLoopback, exchange }
  return await createTokenSource({ ...host, auth, store, now: options.now }).fetch(undefined)
}

type WebServer = Extract<ReturnType<typeof readAuth>, { flow: 'web-server' }>

async function consent(options: ConnectOptions, auth: WebServer): Promise<Grant> {
  const { loginUrl, allowLoopback } = options.crm
  const { redirectUri } = auth
  const state = drawState()
  const { verifier, challenge } = drawPkce()
  const listener = await listenForRedirect({
    redirectUri,
    state,
    deadlineMs: options.deadlineMs ?? CONSENT_MS,
  })
  try {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: auth.clientId,
      redirect_uri: redirectUri,
      scope: SCOPE,
      state,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    const origin = checkHost(loginUrl, allowLoopback)
    options.onAddress(`${origin}/services/oauth2/authorize?${query.toString()}`)
    const code = await listener.code
    return await requestToken(
      { loginUrl, allowLoopback, exchange: createExchange() },
      {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
        client_id: auth.clientId,
        ...(auth.clientSecret === undefined ? {} : { client_secret: auth.clientSecret }),
      },
    )
  } finally {
    await listener.close()
  }
}

async function keep({ session, refreshToken }: Grant, options: ConnectOptions): Promise<void> {
  const { store, acceptsNewOrg } = options
  if (refreshToken === undefined)
    throw refusal('not_connected', 'no refresh token came; give the app the scope refresh_token')
  const known = await store.load()
  if (!acceptsNewOrg && known?.orgId && known.orgId.slice(0, 15) !== session.orgId?.slice(0, 15))
    throw refusal(
      'org_changed',
      `this is the org ${session.orgId ?? '(unnamed)'}, and the workspace was connected to ${known.orgId}`,
    )
  await store.save({
    orgId: session.orgId ?? '',
    userId: session.userId ?? '',
    instanceUrl: session.instanceUrl,
    accessToken: session.accessToken,
    refreshToken,
    isDead: false,
  })
}

const refusal = (code: string, detail: string): SalesforceError =>
  new SalesforceError({ code, class: 'auth', status: 0, detail, fields: [] })
