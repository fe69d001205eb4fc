import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpCall } from '../salesforce/exchange.ts'
import { requestToken } from './request-token.ts'

const HOST = 'https://acme.my.salesforce.com'
const ORG = '00D5g000008zXyWEAU'
const USER = '0055g00000AbCdEAAV'

/** An org with the answers that are given, by the end of the address. */
function createHost(answers: Readonly<Record<string, object>>) {
  const calls: HttpCall[] = []
  return {
    calls,
    host: {
      loginUrl: HOST,
      allowLoopback: false,
      exchange(call: HttpCall) {
        calls.push(call)
        const found = Object.entries(answers).find(([end]) => call.url.endsWith(end))
        return Promise.resolve({
          status: found ? 200 : 404,
          headers: {},
          body: JSON.stringify(found?.[1] ?? []),
        })
      },
    },
  }
}

const TOKEN = { access_token: 'a-token', instance_url: `${HOST}/` }

test('the org and the user are known from the token, without a further call', async () => {
  const id = `https://login.salesforce.com/id/${ORG}/${USER}`
  const { host, calls } = createHost({ '/oauth2/token': { ...TOKEN, id } })
  const { session } = await requestToken(host, {})
  assert.deepEqual(session, { accessToken: 'a-token', instanceUrl: HOST, orgId: ORG, userId: USER })
  assert.equal(calls.length, 1)
})

test('where the token does not say which org and user it is of, they are asked for', async () => {
  const info = { organization_id: ORG, user_id: USER }
  const { host, calls } = createHost({ '/oauth2/token': TOKEN, '/oauth2/userinfo': info })
  const { session } = await requestToken(host, {})
  assert.deepEqual([session.orgId, session.userId], [ORG, USER])
  assert.equal(calls.at(-1)?.headers['authorization'], 'Bearer a-token')
})

test('an org that does not tell them is worked with all the same', async () => {
  const { host } = createHost({ '/oauth2/token': TOKEN })
  const { session } = await requestToken(host, {})
  assert.deepEqual(session, { accessToken: 'a-token', instanceUrl: HOST })
})
