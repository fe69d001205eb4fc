import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, test, type TestContext } from 'node:test'
import {
  INTEGRATION_USERNAME,
  startSandboxOrg,
  type SandboxOptions,
  type SandboxOrg,
} from '@leadline/salesforce-sandbox'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { z } from 'zod'
import { CLIENT, crmSettings, FORCE_APP, QUICK } from '../../test-support/open-test-door.ts'
import { SalesforceError } from '../salesforce/errors.ts'
import { openConnection } from '../salesforce/open-connection.ts'
import type { Send } from '../salesforce/request.ts'
import { connect } from './connect.ts'
import { createMemoryStore, type ConnectionStore } from './connection-store.ts'
import { openConnectionStore } from './open-store.ts'
import { createTokenCipher } from './token-cipher.ts'
import { withLock } from './warehouse-lock.ts'

let warehouse: TestWarehouse
before(async () => {
  warehouse = await openTestWarehouse()
})
after(() => warehouse.stop())

let lastWs = 0
const newWs = (): number => (lastWs += 1)

const REDIRECT = 'http://127.0.0.1:17171/callback'
const WEB = { flow: 'web-server', ...CLIENT, redirectUri: REDIRECT, tokenKey: 'a-token-key-of-this-test' }
/** Minutes as they are, so that a test sees what a day would do. */
const REAL = { baseMs: 1, maxMs: 5, brokenMs: 60_000, budgetMs: 60_000 }

const startOrg = async (
  t: TestContext,
  client: Partial<NonNullable<SandboxOptions['clients']>[number]> = {},
): Promise<SandboxOrg> => {
  const org = await startSandboxOrg({
    clockMode: 'wall',
    schemaDirs: [FORCE_APP],
    clients: [{ ...CLIENT, runAsUser: INTEGRATION_USERNAME, redirectUris: [REDIRECT], ...client }],
  })
  t.after(() => org.stop())
  return org
}

const look = (send: Send) => send({ method: 'GET', path: '/limits', answer: z.looseObject({}) })
const tokenCalls = (org: SandboxOrg): number =>
  org.admin.log().filter(({ path }) => path.includes('/oauth2/token')).length
const isCode = (code: string) => (error: unknown) =>
  error instanceof SalesforceError && error.failure.code === code

const crmOf = (org: SandboxOrg, auth: object = WEB) => crmSettings({ loginUrl: org.url, auth })
const storeOf = (org: SandboxOrg, ws: number): ConnectionStore =>
  openConnectionStore(crmOf(org), { warehouse: warehouse.warehouse, ws, now: Date.now })

/** A browser whose person says yes. */
const sayYes = (address: string): void => void fetch(address)

const connectBy = (org: SandboxOrg, store: ConnectionStore, more: { acceptsNewOrg?: boolean } = {}) =>
  connect({ crm: crmOf(org), store, acceptsNewOrg: false, onAddress: sayYes, now: Date.now, ...more })

test('with consent: the tokens are kept, encrypted, and serve every process', async (t) => {
  const org = await startOrg(t)
  const ws = newWs()
  const session = await connectBy(org, storeOf(org, ws))
  assert.equal(session.orgId, '00D000000000001EAA')
  const { send } = openConnection(crmOf(org), { store: storeOf(org, ws), times: QUICK })
  await look(send)
  assert.equal(tokenCalls(org), 1)
  const rows = await warehouse.warehouse.query(
    'SELECT tokens FROM crm_connections FINAL WHERE ws = {ws:UInt32}',
    {
      row: z.object({ tokens: z.string() }),
      params: { ws },
    },
  )
  assert.ok(!rows[0]?.tokens.includes(session.accessToken))
  const other = createTokenCipher('another-key-of-this-test')
  assert.equal(other.decrypt(rows[0]?.tokens ?? '', `workspace ${ws}`), undefined)
  const own = createTokenCipher(WEB.tokenKey)
  assert.equal(own.decrypt(rows[0]?.tokens ?? '', 'workspace 999'), undefined)
})

test('an answer to the redirect address without our state is not taken', async (t) => {
  const org = await startOrg(t)
  const store = createMemoryStore()
  const statuses: number[] = []
  const plantThenConsent = async (address: string): Promise<void> => {
    statuses.push((await fetch(`${REDIRECT}?code=planted&state=guessed`)).status)
    sayYes(address)
  }
  await connect({
    crm: crmOf(org),
    store,
    acceptsNewOrg: false,
    now: Date.now,
    onAddress: (address) => void plantThenConsent(address),
  })
  assert.deepEqual(statuses, [404])
  assert.notEqual((await store.load())?.accessToken, '')
})

test('consent that is refused leaves nothing behind', async (t) => {
  const org = await startOrg(t)
  const store = createMemoryStore()
  await assert.rejects(
    connect({
      crm: crmOf(org),
      store,
      acceptsNewOrg: false,
      now: Date.now,
      onAddress: (address) => sayYes(`${address}&prompt=fail`),
    }),
    /consent was not given/,
  )
  assert.equal(await store.load(), undefined)
})

test('four workers whose session ends at once renew it once, with a refresh token that is good for one use', async (t) => {
  const org = await startOrg(t, { rotateRefresh: true })
  const ws = newWs()
  await connectBy(org, storeOf(org, ws))
  const workers = [1, 2, 3, 4].map(() =>
    openConnection(crmOf(org), { store: storeOf(org, ws), times: QUICK }),
  )
  await Promise.all(workers.map(({ send }) => look(send)))
  for (let round = 0; round < 3; round += 1) {
    const before = tokenCalls(org)
    org.admin.auth.expire()
    await Promise.all(workers.flatMap(({ send }) => [look(send), look(send)]))
    assert.equal(tokenCalls(org) - before, 1)
  }
})

test('a new refresh token is durable before the session is used', async (t) => {
  const org = await startOrg(t, { rotateRefresh: true })
  const memory = createMemoryStore()
  await connectBy(org, memory)
  const old = await memory.load()
  let savedAt: number | undefined
  const store: ConnectionStore = {
    ...memory,
    async save(connection) {
      savedAt = org.admin.log().filter(({ path }) => path.includes('/limits')).length
      await memory.save(connection)
    },
  }
  const { send } = openConnection(crmOf(org), { store, times: QUICK })
  org.admin.auth.expire()
  await look(send)
  assert.equal(savedAt, 1, 'after the call that was refused and before the next')
  assert.notEqual((await memory.load())?.refreshToken, old?.refreshToken)
})

test('a revoked refresh token stops the connection until somebody connects again', async (t) => {
  const org = await startOrg(t)
  const ws = newWs()
  const { userId = '' } = await connectBy(org, storeOf(org, ws))
  const { send } = openConnection(crmOf(org), { store: storeOf(org, ws), times: { ...REAL, brokenMs: 5 } })
  await look(send)
  const before = tokenCalls(org)
  org.admin.auth.revoke(userId)
  await assert.rejects(look(send), SalesforceError)
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await assert.rejects(look(send), SalesforceError)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  assert.equal(tokenCalls(org) - before, 1, 'a dead token is shown once')
  await connectBy(org, storeOf(org, ws))
  let isBack = false
  for (let attempt = 0; attempt < 200 && !isBack; attempt += 1) {
    isBack = await look(send).then(
      () => true,
      () => false,
    )
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.ok(isBack)
})

test('a process whose session is two renewals old catches up without trouble', async (t) => {
  const org = await startOrg(t, { rotateRefresh: true })
  const store = createMemoryStore()
  await connectBy(org, store)
  const [idle, busy] = [1, 2].map(() => openConnection(crmOf(org), { store, times: QUICK }))
  assert.ok(idle && busy)
  await look(idle.send)
  org.admin.auth.expire()
  await look(busy.send)
  org.admin.auth.expire()
  await look(idle.send)
})

test('who connects while an old refresh token is refused is not undone', async (t) => {
  const org = await startOrg(t)
  const memory = createMemoryStore()
  const { userId = '' } = await connectBy(org, memory)
  let loads = 0
  const store: ConnectionStore = {
    ...memory,
    async load() {
      loads += 1
      // After the refusal, and before it is written down.
      if (loads === 3) await connectBy(org, memory)
      return await memory.load()
    },
  }
  const { send } = openConnection(crmOf(org), { store, times: QUICK })
  org.admin.auth.revoke(userId)
  // The session that is kept is refused first.
  await look(send)
  assert.equal((await memory.load())?.isDead, false)
})

test('a login that works while every call is refused does not loop', async (t) => {
  const org = await startOrg(t)
  let nowMs = Date.now()
  const { send } = openConnection(crmOf(org, { flow: 'client-credentials', ...CLIENT }), {
    times: REAL,
    now: () => nowMs,
  })
  const user = org.admin.records('User', `Username = '${INTEGRATION_USERNAME}'`)[0]?.id ?? ''
  org.admin.auth.switch({ highAssurance: [user] })
  for (let second = 0; second < 600; second += 1) {
    await assert.rejects(look(send), isCode('auth_broken'))
    nowMs += 1000
  }
  assert.ok(tokenCalls(org) < 8, `${tokenCalls(org)} token calls in ten minutes`)
  org.admin.auth.switch({ highAssurance: [] })
  nowMs += 10 * 60_000
  await look(send)
})

test('an org that moved is followed by the address of the latest token', async (t) => {
  const org = await startOrg(t)
  const there = await startSandboxOrg({ clients: [] })
  t.after(() => there.stop())
  const { send, tokens } = openConnection(crmOf(org, { flow: 'client-credentials', ...CLIENT }), {
    times: QUICK,
  })
  await look(send)
  org.admin.auth.switch({ instanceUrl: there.url })
  await assert.rejects(look(send), SalesforceError)
  assert.ok(tokenCalls(org) < 5)
  assert.equal((await tokens.current()).instanceUrl, there.url)
})

test('another org behind the same login is not written to, until somebody says that it is meant', async (t) => {
  const org = await startOrg(t)
  const ws = newWs()
  const auth = { flow: 'client-credentials', ...CLIENT }
  const crm = crmOf(org, auth)
  const store = openConnectionStore(crm, { warehouse: warehouse.warehouse, ws, now: Date.now })
  const { send } = openConnection(crm, { store, times: REAL })
  await look(send)
  org.admin.auth.refreshSandbox()
  const before = tokenCalls(org)
  for (let attempt = 0; attempt < 20; attempt += 1) await assert.rejects(look(send), isCode('org_changed'))
  assert.ok(tokenCalls(org) - before < 5)
  await connect({ crm, store, acceptsNewOrg: true, onAddress: sayYes, now: Date.now })
  await look(openConnection(crm, { store, times: REAL }).send)
})

test('a JWT that the app can check gives a session; the key may come with its line breaks written out', async (t) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwtPublicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const org = await startOrg(t, { jwtPublicKeyPem })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const auth = {
    flow: 'jwt',
    clientId: CLIENT.clientId,
    username: INTEGRATION_USERNAME,
    privateKey: pem.replaceAll('\n', String.raw`\n`),
  }
  const { send } = openConnection(crmOf(org, auth), { times: QUICK })
  await look(send)
  const wrong = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const bad = { ...auth, privateKey: wrong.export({ type: 'pkcs8', format: 'pem' }).toString() }
  await assert.rejects(look(openConnection(crmOf(org, bad), { times: QUICK }).send), isCode('invalid_grant'))
})

test('only one process at a time is behind the lock, and all get their turn', async () => {
  const ws = newWs()
  let inside = 0
  let most = 0
  let turns = 0
  const work = async (): Promise<void> => {
    inside += 1
    most = Math.max(most, inside)
    await new Promise((resolve) => setTimeout(resolve, 5))
    turns += 1
    inside -= 1
  }
  const options = { warehouse: warehouse.warehouse, ws, name: 'test', now: Date.now }
  await Promise.all([...Array(6).keys()].map(() => withLock(options, work)))
  assert.deepEqual([most, turns], [1, 6])
})
