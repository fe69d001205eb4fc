import { createHash, createHmac } from 'node:crypto'
import type { HttpRequest } from '../http/http-request.ts'
import { json, type Reply } from '../http/reply.ts'
import type { Client } from '../options.ts'
import type { Org } from '../org.ts'
import { issuerOf, readAssertion } from './jwt-assertion.ts'
import { codeSchema } from './authorize.ts'
import { findBlock, findExclusion } from './client-rights.ts'
import {
  issueAccessToken,
  issueRefreshToken,
  openFamily,
  revokeFamily,
  useRefreshToken,
  type Grant,
} from './sessions.ts'
import { findUser } from './users.ts'

/** POST /services/oauth2/token: authorization code with PKCE, refresh, client credentials. */
export function exchangeToken(org: Org, request: HttpRequest): Reply {
  const form = new URLSearchParams(request.body)
  const given = credentialsOf(request, form)
  const wanted = given.id ?? issuerOf(form.get('assertion') ?? '')
  const client = org.settings.clients.find((entry) => entry.clientId === wanted)
  if (!client) return oauthError('invalid_client_id', 'client identifier invalid')
  const grant = GRANTS[form.get('grant_type') ?? '']
  if (!grant) return oauthError('unsupported_grant_type', 'grant type not supported')
  const blocked = findBlock(org, client)
  if (blocked) return oauthError(blocked.error, blocked.description)
  const { tokenError } = org.cells.auth.get()
  if (tokenError) return oauthError(tokenError.error, tokenError.description)
  return grant({ org, request, form, client, secret: given.secret })
}

interface Exchange {
  readonly org: Org
  readonly request: HttpRequest
  readonly form: URLSearchParams
  readonly client: Client
  readonly secret: string | null
}

const GRANTS: Readonly<Record<string, (exchange: Exchange) => Reply>> = {
  authorization_code: exchangeCode,
  refresh_token: refresh,
  client_credentials: exchangeCredentials,
  password: exchangePassword,
  'urn:ietf:params:oauth:grant-type:jwt-bearer': exchangeAssertion,
}

/** From the form, or from a Basic header. */
function credentialsOf(
  request: HttpRequest,
  form: URLSearchParams,
): { id: string | null; secret: string | null } {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (basic === undefined) return { id: form.get('client_id'), secret: form.get('client_secret') }
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(/:(.*)/s)
  return { id, secret }
}

function exchangeCode(exchange: Exchange): Reply {
  const { org, form, client, secret } = exchange
  const key = `code:${form.get('code') ?? ''}`
  const code = org.state.getJson(key, codeSchema)
  if (!code || code.clientId !== client.clientId) return invalidGrant('invalid authorization code')
  if (code.family !== null) {
    revokeFamily(org, code.family)
    return invalidGrant('invalid authorization code')
  }
  if (code.expiresAtMs <= org.clock.nowMs()) return invalidGrant('expired authorization code')
  if (code.redirectUri !== form.get('redirect_uri')) {
    return oauthError('redirect_uri_mismatch', 'redirect_uri must match configuration')
  }
  if (!isVerified(code.challenge, form.get('code_verifier'))) return invalidGrant('invalid code verifier')
  if (secret !== client.clientSecret) return oauthError('invalid_client', 'invalid client credentials')
  if (!isActive(org, code.userId)) return invalidGrant('inactive user')
  const grant = openFamily(org, { userId: code.userId, client, scope: code.scope })
  org.state.setJson(key, { ...code, family: grant.family })
  return success(org, grant, /\b(refresh_token|offline_access)\b/.test(code.scope))
}

function isVerified(challenge: string | null, verifier: string | null): boolean {
  if (challenge === null) return true
  return (
    challenge ===
    createHash('sha256')
      .update(verifier ?? '')
      .digest('base64url')
  )
}

function refresh(exchange: Exchange): Reply {
  const { org, form, client, secret } = exchange
  if (secret !== null && secret !== client.clientSecret) {
    return oauthError('invalid_client', 'invalid client credentials')
  }
  const grant = useRefreshToken(org, form.get('refresh_token') ?? '', client)
  if (!grant) return invalidGrant('expired access/refresh token')
  if (!isActive(org, grant.userId)) return invalidGrant('inactive user')
  return success(org, grant, client.rotateRefresh)
}

function exchangeCredentials(exchange: Exchange): Reply {
  const { org, client, secret, request } = exchange
  if (/^(login|test)\./.test(request.headers.host ?? ''))
    return invalidGrant('request not supported on this domain')
  if (secret !== client.clientSecret) return oauthError('invalid_client', 'invalid client credentials')
  const user = client.runAsUser === null ? undefined : findUser(org, client.runAsUser)
  if (!user) return invalidGrant('no client credentials user enabled')
  if (!isActive(org, user.id)) return invalidGrant('inactive user')
  const family = `credentials:${client.clientId}`
  return success(org, { userId: user.id, clientId: client.clientId, family, scope: 'api id' }, false)
}

/** Only users to whom the org's settings give a password can log in by it. */
function exchangePassword({ org, form, client, secret }: Exchange): Reply {
  if (secret !== client.clientSecret) return oauthError('invalid_client', 'invalid client credentials')
  const username = form.get('username') ?? ''
  const user = findUser(org, username)
  const isRight =
    Object.hasOwn(client.passwords, username) && client.passwords[username] === form.get('password')
  if (!user || !isRight) return invalidGrant('authentication failure')
  if (!isActive(org, user.id)) return invalidGrant('inactive user')
  const grant = openFamily(org, { userId: user.id, client, scope: 'api id' })
  return success(org, grant, false)
}

/** A signed statement of who logs in, by an app that an administrator has approved beforehand. */
function exchangeAssertion(exchange: Exchange): Reply {
  const { org, form, client } = exchange
  if (client.jwtPublicKeyPem === null) return invalidGrant("user hasn't approved this consumer")
  const assertion = readAssertion(form.get('assertion') ?? '', client.jwtPublicKeyPem)
  if (!assertion || assertion.iss !== client.clientId) return invalidGrant('invalid assertion')
  const nowS = org.clock.nowMs() / 1000
  if (assertion.exp <= nowS || assertion.exp > nowS + MAX_ASSERTION_S)
    return invalidGrant('invalid assertion')
  const user = findUser(org, assertion.sub)
  if (!user) return invalidGrant("user hasn't approved this consumer")
  if (!isActive(org, user.id)) return invalidGrant('inactive user')
  const family = `assertion:${client.clientId}:${user.id}`
  return success(org, { userId: user.id, clientId: client.clientId, family, scope: 'api id' }, false)
}

const MAX_ASSERTION_S = 300

function isActive(org: Org, userId: string): boolean {
  return org.store.get('User', userId)?.values['IsActive'] === true
}

function success(org: Org, grant: Grant, withRefresh: boolean): Reply {
  const client = org.settings.clients.find(({ clientId }) => clientId === grant.clientId)
  const excluded = client && findExclusion(org, client, grant.userId)
  if (excluded) return oauthError(excluded.error, excluded.description)
  const issuedAt = String(org.clock.nowMs())
  const id = `${org.url()}/id/${org.id}/${grant.userId}`
  const { instanceUrl } = org.cells.auth.get()
  return json(
    200,
    {
      access_token: issueAccessToken(org, grant),
      ...(withRefresh ? { refresh_token: issueRefreshToken(org, grant) } : {}),
      signature: createHmac('sha256', String(org.settings.seed))
        .update(id + issuedAt)
        .digest('base64'),
      scope: grant.scope,
      instance_url: instanceUrl ?? org.url(),
      id,
      token_type: 'Bearer',
      issued_at: issuedAt,
      ...(org.settings.expiresIn ? { expires_in: org.settings.sessionMinutes * 60 } : {}),
    },
    { 'cache-control': 'no-store' },
  )
}

function invalidGrant(description: string): Reply {
  return oauthError('invalid_grant', description)
}

export function oauthError(error: string, description?: string): Reply {
  return json(400, description === undefined ? { error } : { error, error_description: description })
}
