import type { HttpRequest } from '../http/http-request.ts'
import { empty, json, type Reply } from '../http/reply.ts'
import type { Route } from '../http/router.ts'
import type { Org } from '../org.ts'
import { authorize } from './authorize.ts'
import { identity, introspect, userInfo } from './identity.ts'
import { openidConfiguration, signingKeys } from './openid.ts'
import { revokeToken } from './sessions.ts'
import { exchangeToken, oauthError } from './token.ts'

type OpenHandler = (org: Org, request: HttpRequest) => Reply

/** What answers without a session, and costs no API call. */
export const OPEN_ROUTES: readonly Route<OpenHandler>[] = [
  { pattern: 'services/oauth2/authorize', methods: { GET: authorize, POST: authorize } },
  { pattern: 'services/oauth2/token', methods: { POST: exchangeToken } },
  { pattern: 'services/oauth2/revoke', methods: { POST: revoke, GET: revoke } },
  { pattern: 'services/oauth2/introspect', methods: { POST: introspect } },
  { pattern: 'services/oauth2/userinfo', methods: { GET: userInfo, POST: userInfo } },
  { pattern: '.well-known/openid-configuration', methods: { GET: openidConfiguration } },
  { pattern: 'id/keys', methods: { GET: signingKeys } },
  { pattern: 'id/:org/:user', methods: { GET: identity } },
  { pattern: 'services/data', methods: { GET: listVersions } },
]

function revoke(org: Org, request: HttpRequest): Reply {
  const token = new URLSearchParams(request.body).get('token') ?? request.query.get('token') ?? ''
  return revokeToken(org, token) ? empty(200) : oauthError('invalid_token')
}

function listVersions(org: Org): Reply {
  return json(
    200,
    org.settings.apiVersions.map((version) => ({
      label: releaseOf(Number(version)),
      url: `/services/data/v${version}`,
      version,
    })),
  )
}

const SEASONS = ['Spring', 'Summer', 'Winter'] as const

/** Three releases a year: 62 is Winter '25, 63 Spring '25. */
function releaseOf(version: number): string {
  const season = SEASONS[version % 3] ?? 'Spring'
  return `${season} '${Math.floor((version - 62) / 3) + 25}`
}
