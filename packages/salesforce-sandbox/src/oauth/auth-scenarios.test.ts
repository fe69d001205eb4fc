import assert from 'node:assert/strict'
import { createSign, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import {
  CALLBACK,
  callJson,
  CLIENT,
  drawToken,
  read,
  startTestOrg,
} from '../../test-support/start-test-org.ts'
import { INTEGRATION_USERNAME } from '../index.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function sign(claims: object): string {
  const text = `${encode({ alg: 'RS256' })}.${encode(claims)}`
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`
}

const post = async (url: string, form: Record<string, string>): Promise<{ status: number; body: unknown }> =>
  await callJson(`${url}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) })

test('a signed assertion gives a token; a late, foreign or forged one does not', async (t) => {
  const org = await startTestOrg(t, { clients: [{ ...CLIENT, jwtPublicKeyPem: publicKey }] })
  const exp = org.admin.clock.now() / 1000 + 180
  const claims = { iss: CLIENT.clientId, sub: INTEGRATION_USERNAME, aud: org.url, exp }
  const bearer = async (assertion: string): Promise<unknown> => {
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    const { body } = await post(org.url, { grant_type, assertion })
    return read(body, 'error_description') ?? read(body, 'token_type')
  }
  assert.equal(await bearer(sign(claims)), 'Bearer')
  assert.equal(await bearer(sign({ ...claims, exp: exp - 200 })), 'invalid assertion')
  assert.equal(await bearer(sign({ ...claims, sub: 'nobody' })), "user hasn't approved this consumer")
  assert.equal(await bearer(`${sign(claims).slice(0, -8)}AAAAAAAA`), 'invalid assertion')
})

test('the consent page sends the answer back, with the state', async (t) => {
  const org = await startTestOrg(t, { clients: [{ ...CLIENT, requirePkce: false }] })
  org.admin.auth.switch({ isInteractive: true })
  const query = new URLSearchParams({
    client_id: CLIENT.clientId,
    redirect_uri: CALLBACK,
    response_type: 'code',
    state: 's1',
  })
  const page = await callJson(`${org.url}/services/oauth2/authorize?${query.toString()}`)
  assert.match(String(page.body), /Allow access\?/)
  const answer = async (choice: string): Promise<URLSearchParams> => {
    const body = new URLSearchParams([...query, ['answer', choice]])
    const reply = await callJson(`${org.url}/services/oauth2/authorize`, { method: 'POST', body })
    return new URL(reply.headers.get('location') ?? '').searchParams
  }
  const denied = await answer('deny')
  assert.deepEqual([denied.get('error'), denied.get('state')], ['access_denied', 's1'])
  assert.match((await answer('allow')).get('code') ?? '', /^aPrx/)
})

test('a moved org, high assurance and an expired session all refuse the call', async (t) => {
  const org = await startTestOrg(t)
  const status = async (): Promise<number> => (await org.call('GET /limits')).status
  const instanceUrl = org.url.replace('127.0.0.1', 'localhost')
  org.admin.auth.switch({ instanceUrl })
  assert.equal(await status(), 401)
  const headers = { authorization: `Bearer ${org.token}` }
  assert.equal((await callJson(`${instanceUrl}/services/data/v62.0/limits`, { headers })).status, 200)
  org.admin.auth.switch({ instanceUrl: null })
  assert.equal(await status(), 200)
  const [user] = org.admin.records('User', `Username = '${INTEGRATION_USERNAME}'`)
  org.admin.auth.switch({ highAssurance: [user?.id ?? ''] })
  assert.equal(await status(), 401)
  assert.ok((await drawToken(org.url)).length > 20, 'logging in still works')
  org.admin.auth.switch({ highAssurance: [] })
  org.admin.auth.expire(org.token)
  assert.equal(await status(), 401)
})

test('a refreshed sandbox is another org, and every token is dead', async (t) => {
  const org = await startTestOrg(t)
  const orgId = org.admin.auth.refreshSandbox()
  assert.equal((await org.call('GET /limits')).status, 401)
  const headers = { authorization: `Bearer ${await drawToken(org.url)}` }
  const { body } = await callJson(`${org.url}/services/oauth2/userinfo`, { headers })
  assert.equal(read(body, 'organization_id'), orgId)
})

test('every refusal of the token call can be produced', async (t) => {
  const org = await startTestOrg(t)
  org.admin.auth.switch({ tokenError: { error: 'invalid_grant', description: 'ip restricted' } })
  const { clientId, clientSecret } = CLIENT
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  const refused = await post(org.url, form)
  assert.deepEqual(
    [refused.status, refused.body],
    [400, { error: 'invalid_grant', error_description: 'ip restricted' }],
  )
  org.admin.auth.switch({ tokenError: null })
  assert.equal((await post(org.url, form)).status, 200)
})

test('a blocked app gets no token', async (t) => {
  const org = await startTestOrg(t)
  org.admin.auth.switch({ blocked: [CLIENT.clientId] })
  const { clientId, clientSecret } = CLIENT
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  assert.equal(read((await post(org.url, form)).body, 'error'), 'OAUTH_APP_BLOCKED')
})

test('a user without the API, a full concurrency and an unused refresh token are refused', async (t) => {
  const org = await startTestOrg(t)
  org.admin.limits({ isConcurrencyFull: true })
  const busy = await org.call('GET /limits')
  assert.match(String(read(busy.body, 0, 'message')), /^ConcurrentRequests/)
  org.admin.limits({ isConcurrencyFull: false, apiBursts: '1/750' })
  assert.match((await org.call('GET /limits')).headers.get('sforce-limit-info') ?? '', /; api-bursts=1\/750$/)
  org.admin.permissions({ user: INTEGRATION_USERNAME, system: { ApiEnabled: false } })
  const shut = await org.call('GET /limits')
  assert.deepEqual([shut.status, read(shut.body, 0, 'errorCode')], [403, 'API_DISABLED_FOR_ORG'])
})
