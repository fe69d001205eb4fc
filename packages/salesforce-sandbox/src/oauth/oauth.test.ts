import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  CALLBACK,
  callJson,
  CLIENT,
  read,
  startTestOrg,
  type TestOrg,
  type TestReply,
} from '../../test-support/start-test-org.ts'
import { ADMIN_USERNAME, REP_USERNAME, startSandboxOrg } from '../index.ts'

const VERIFIER = 'v'.repeat(64)
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

async function token(org: TestOrg, form: Record<string, string>): Promise<TestReply> {
  return await callJson(`${org.url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
}

async function authorize(
  org: TestOrg,
  query: Record<string, string> = {},
): Promise<{ status: number; location: URL }> {
  const params = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT.clientId,
    redirect_uri: CALLBACK,
    scope: 'api refresh_token id',
    state: 's',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...query,
  })
  const reply = await callJson(`${org.url}/services/oauth2/authorize?${params.toString()}`)
  return { status: reply.status, location: new URL(reply.headers.get('location') ?? 'about:blank') }
}

async function exchange(
  org: TestOrg,
  code: string | null,
  changes: Record<string, string> = {},
): Promise<TestReply> {
  return await token(org, {
    grant_type: 'authorization_code',
    code: code ?? '',
    client_id: CLIENT.clientId,
    client_secret: CLIENT.clientSecret,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
    ...changes,
  })
}

async function login(org: TestOrg, query: Record<string, string> = {}): Promise<TestReply> {
  const { location } = await authorize(org, query)
  return await exchange(org, location.searchParams.get('code'))
}

async function limitsStatus(org: TestOrg, accessToken: unknown): Promise<number> {
  const headers = { authorization: `Bearer ${String(accessToken)}` }
  return (await org.call('GET /limits', undefined, headers)).status
}

async function refresh(org: TestOrg, refreshToken: unknown): Promise<TestReply> {
  return await token(org, {
    grant_type: 'refresh_token',
    refresh_token: String(refreshToken),
    client_id: CLIENT.clientId,
    client_secret: CLIENT.clientSecret,
  })
}

test('the web flow answers with code and state, then with tokens for that user', async (t) => {
  const org = await startTestOrg(t)
  const { status, location } = await authorize(org, { as: REP_USERNAME })
  assert.equal(status, 302)
  assert.equal(location.origin + location.pathname, CALLBACK)
  assert.equal(location.searchParams.get('state'), 's')
  const reply = await exchange(org, location.searchParams.get('code'))
  const [rep] = org.admin.records('User', `Username = '${REP_USERNAME}'`)
  assert.equal(reply.status, 200)
  assert.equal(read(reply.body, 'instance_url'), org.url)
  assert.equal(read(reply.body, 'id'), `${org.url}/id/00D000000000001EAA/${rep?.id}`)
  assert.equal(read(reply.body, 'issued_at'), String(org.admin.clock.now()))
  assert.equal(read(reply.body, 'token_type'), 'Bearer')
  assert.equal(read(reply.body, 'expires_in'), undefined)
  assert.equal(await limitsStatus(org, read(reply.body, 'access_token')), 200)
})

const REFUSED_EXCHANGES: readonly (readonly [
  changes: Record<string, string>,
  error: string,
  description: string,
])[] = [
  [{ code_verifier: 'x'.repeat(64) }, 'invalid_grant', 'invalid code verifier'],
  [{ code: 'x' }, 'invalid_grant', 'invalid authorization code'],
  [{ client_secret: 'x' }, 'invalid_client', 'invalid client credentials'],
  [{ client_id: 'x' }, 'invalid_client_id', 'client identifier invalid'],
  [{ redirect_uri: 'http://x' }, 'redirect_uri_mismatch', 'redirect_uri must match configuration'],
  [{ grant_type: 'device' }, 'unsupported_grant_type', 'grant type not supported'],
]

test('a wrong exchange is refused by name and leaves the code usable', async (t) => {
  const org = await startTestOrg(t)
  const code = (await authorize(org)).location.searchParams.get('code')
  for (const [changes, error, description] of REFUSED_EXCHANGES) {
    const reply = await exchange(org, code, changes)
    assert.deepEqual([reply.status, reply.body], [400, { error, error_description: description }])
  }
  assert.equal((await exchange(org, code)).status, 200)
})

test('a code works once; a second use revokes what it gave', async (t) => {
  const org = await startTestOrg(t)
  const code = (await authorize(org)).location.searchParams.get('code')
  const first = await exchange(org, code)
  assert.equal((await exchange(org, code)).status, 400)
  assert.equal(await limitsStatus(org, read(first.body, 'access_token')), 401)
})

test('a code lives ten minutes', async (t) => {
  const org = await startTestOrg(t)
  const code = (await authorize(org)).location.searchParams.get('code')
  org.admin.clock.advance(10 * 60_000)
  const late = await exchange(org, code)
  assert.equal(read(late.body, 'error_description'), 'expired authorization code')
})

test('authorize never redirects to an unknown address, and demands PKCE', async (t) => {
  const org = await startTestOrg(t)
  const foreign = await authorize(org, { redirect_uri: 'http://evil.example/cb' })
  assert.deepEqual([foreign.status, foreign.location.href], [400, 'about:blank'])
  const plain = await authorize(org, { code_challenge_method: 'plain' })
  assert.equal(plain.location.searchParams.get('error'), 'invalid_request')
  const denied = await authorize(org, { prompt: 'fail' })
  assert.equal(denied.location.searchParams.get('error'), 'access_denied')
  assert.equal(denied.location.searchParams.get('code'), null)
})

test('a refresh gives a new access token and, without rotation, no refresh token', async (t) => {
  const org = await startTestOrg(t)
  const tokens = await login(org)
  const renewed = await refresh(org, read(tokens.body, 'refresh_token'))
  assert.equal(renewed.status, 200)
  assert.equal(read(renewed.body, 'refresh_token'), undefined)
  assert.equal(await limitsStatus(org, read(renewed.body, 'access_token')), 200)
})

test('with rotation a used refresh token kills its family when it is shown again', async (t) => {
  const org = await startTestOrg(t, { clients: [{ ...CLIENT, rotateRefresh: true }] })
  const old = read((await login(org)).body, 'refresh_token')
  const renewed = await refresh(org, old)
  const next = read(renewed.body, 'refresh_token')
  assert.notEqual(next, old)
  const replayed = await refresh(org, old)
  assert.deepEqual(replayed.body, {
    error: 'invalid_grant',
    error_description: 'expired access/refresh token',
  })
  assert.equal((await refresh(org, next)).status, 400)
  assert.equal(await limitsStatus(org, read(renewed.body, 'access_token')), 401)
})

test('the sixth approval revokes the first', async (t) => {
  const org = await startTestOrg(t)
  const logins: TestReply[] = []
  for (let i = 0; i < 6; i += 1) logins.push(await login(org))
  assert.equal(await limitsStatus(org, read(logins[0]?.body, 'access_token')), 401)
  assert.equal(await limitsStatus(org, read(logins[1]?.body, 'access_token')), 200)
})

test('client credentials need a user to run as', async (t) => {
  const org = await startTestOrg(t, { clients: [CLIENT, { clientId: 'other', clientSecret: 'x' }] })
  const reply = await token(org, { grant_type: 'client_credentials', client_id: 'other', client_secret: 'x' })
  assert.deepEqual([reply.status, read(reply.body, 'error')], [400, 'invalid_grant'])
})

test('sessions slide with use and end without', async (t) => {
  const org = await startTestOrg(t)
  org.admin.clock.advance(90 * 60_000)
  assert.equal(await limitsStatus(org, org.token), 200)
  org.admin.clock.advance(90 * 60_000)
  assert.equal(await limitsStatus(org, org.token), 200)
  org.admin.clock.advance(121 * 60_000)
  assert.equal(await limitsStatus(org, org.token), 401)
})

test('identity, userinfo, introspection and revocation', async (t) => {
  const org = await startTestOrg(t)
  const tokens = await login(org)
  const access = String(read(tokens.body, 'access_token'))
  const id = await callJson(`${String(read(tokens.body, 'id'))}?oauth_token=${encodeURIComponent(access)}`)
  assert.equal(read(id.body, 'username'), ADMIN_USERNAME)
  assert.equal(read(id.body, 'organization_id'), '00D000000000001EAA')
  const info = await callJson(`${org.url}/services/oauth2/userinfo`, {
    headers: { authorization: `Bearer ${access}` },
  })
  assert.equal(read(info.body, 'preferred_username'), ADMIN_USERNAME)
  const form = (value: string): RequestInit => ({
    method: 'POST',
    body: new URLSearchParams({ token: value }),
  })
  const active = await callJson(`${org.url}/services/oauth2/introspect`, form(access))
  assert.deepEqual([read(active.body, 'active'), read(active.body, 'client_id')], [true, CLIENT.clientId])
  assert.equal((await callJson(`${org.url}/services/oauth2/revoke`, form(access))).status, 200)
  assert.equal(await limitsStatus(org, access), 401)
  assert.deepEqual((await callJson(`${org.url}/services/oauth2/introspect`, form(access))).body, {
    active: false,
  })
  assert.deepEqual((await callJson(`${org.url}/services/oauth2/revoke`, form('x'))).body, {
    error: 'invalid_token',
  })
  const dead = await callJson(String(read(tokens.body, 'id')))
  assert.deepEqual([dead.status, dead.body], [403, 'Bad_OAuth_Token'])
})

test('a client that is not installed logs in only those who may use any; passwords only those who have one', async (t) => {
  const clients = [
    { ...CLIENT, installed: false, passwords: { [ADMIN_USERNAME]: 'right', [REP_USERNAME]: 'right' } },
    { ...CLIENT, clientId: 'known', passwords: { [REP_USERNAME]: 'right' } },
  ]
  const org = await startSandboxOrg({ clients })
  t.after(() => org.stop())
  const login = async (clientId: string, username: string, password: string): Promise<unknown> => {
    const body = new URLSearchParams({
      grant_type: 'password',
      client_id: clientId,
      client_secret: CLIENT.clientSecret,
      username,
      password,
    })
    const reply = await callJson(`${org.url}/services/oauth2/token`, { method: 'POST', body })
    return read(reply.body, 'error_description') ?? reply.status
  }
  assert.equal(await login('known', REP_USERNAME, 'right'), 200)
  assert.equal(await login('known', REP_USERNAME, 'wrong'), 'authentication failure')
  assert.equal(await login('client', REP_USERNAME, 'right'), 'user is not admin approved to access this app')
  assert.equal(await login('client', ADMIN_USERNAME, 'right'), 200)
  const keys = await callJson(`${org.url}/.well-known/openid-configuration`)
  assert.equal((await fetch(String(read(keys.body, 'jwks_uri')))).status, 200)
})
