import { createHash } from 'node:crypto'
import { json, type Reply } from '../http/reply.ts'
import type { Org } from '../org.ts'

/** GET /.well-known/openid-configuration */
export function openidConfiguration(org: Org): Reply {
  const oauth = `${org.url()}/services/oauth2`
  return json(200, {
    issuer: org.url(),
    authorization_endpoint: `${oauth}/authorize`,
    token_endpoint: `${oauth}/token`,
    revocation_endpoint: `${oauth}/revoke`,
    introspection_endpoint: `${oauth}/introspect`,
    userinfo_endpoint: `${oauth}/userinfo`,
    jwks_uri: `${org.url()}/id/keys`,
    scopes_supported: ['api', 'id', 'openid', 'refresh_token'],
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt'],
  })
}

/** GET /id/keys: one key, which has signed nothing, for clients that fetch it beforehand. */
export function signingKeys(org: Org): Reply {
  const n = createHash('sha512').update(`key:${org.settings.seed}`).digest('base64url')
  return json(200, { keys: [{ kty: 'RSA', alg: 'RS256', use: 'sig', kid: '1', e: 'AQAB', n }] })
}
