import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CLIENT, callJson, drawToken, FORCE_APP, read } from '../../test-support/start-test-org.ts'
import { startSandboxOrg } from '../index.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

async function makeDir(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sandbox-org-'))
  t.after(async () => await rm(dir, { recursive: true, force: true }))
  return dir
}

async function startProcess(t: TestContext, dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const options = {
    port: 0,
    dataDir,
    schemaDirs: [FORCE_APP],
    clockMode: 'wall',
  }
  const env = {
    LEADLINE_SANDBOX_CLIENT_ID: CLIENT.clientId,
    LEADLINE_SANDBOX_CLIENT_SECRET: CLIENT.clientSecret,
  }
  const child = fork(MAIN, [JSON.stringify(options)], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  t.after(() => child.kill('SIGKILL'))
  const [message]: unknown[] = await once(child, 'message')
  assert.equal(read(message, 'type'), 'ready')
  return { child, url: String(read(message, 'url')) }
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

async function createLead(url: string, token: string, lastName: string): Promise<string> {
  const reply = await callJson(`${url}/services/data/v62.0/sobjects/Lead`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ LastName: lastName, Company: 'Acme' }),
  })
  assert.equal(reply.status, 201)
  return String(read(reply.body, 'id'))
}

test('a killed org has lost nothing that it answered', async (t) => {
  const dataDir = await makeDir(t)
  const answered: string[] = []
  const first = await startProcess(t, dataDir)
  const token = await drawToken(first.url)
  const json = { 'content-type': 'application/json' }
  const rule = JSON.stringify({ name: 'No', object: 'Account', message: 'No.' })
  const ruled = await callJson(`${first.url}/__admin/rules/validation`, {
    method: 'POST',
    headers: json,
    body: rule,
  })
  assert.equal(ruled.status, 204)
  const jobs = '/services/data/v62.0/jobs/ingest'
  const job = await callJson(first.url + jobs, {
    method: 'POST',
    headers: { ...json, authorization: `Bearer ${token}` },
    body: JSON.stringify({ object: 'Lead', operation: 'insert' }),
  })
  const writing = (async () => {
    for (let i = 0; i < 10_000; i += 1) answered.push(await createLead(first.url, token, `n${i}`))
  })().catch((error: unknown) => error)
  while (answered.length < 25) await new Promise((resolve) => setImmediate(resolve))
  await kill(first.child)
  assert.ok((await writing) instanceof Error)

  const second = await startProcess(t, dataDir)
  const query = encodeURIComponent('SELECT Id, LastName FROM Lead ORDER BY Id')
  const headers = { authorization: `Bearer ${token}` }
  const found = await callJson(`${second.url}/services/data/v62.0/query?q=${query}`, { headers })
  assert.equal(found.status, 200, 'the token still works')
  const records = read(found.body, 'records')
  const ids = Array.isArray(records) ? records.map((record) => read(record, 'Id')) : []
  assert.deepEqual(ids.slice(0, answered.length), answered)
  assert.ok(ids.length <= answered.length + 1, 'at most the one request that was under way')
  const log = await callJson(`${second.url}/__admin/log`)
  const logged = Array.isArray(log.body) ? log.body.filter((entry) => read(entry, 'op') === 'create') : []
  assert.equal(logged.length, ids.length)
  const rules = await callJson(`${second.url}/__admin/rules/validation`)
  assert.equal(read(rules.body, 0, 'name'), 'No')
  const kept = await callJson(`${second.url}${jobs}/${String(read(job.body, 'id'))}`, { headers })
  assert.equal(read(kept.body, 'state'), 'Open')
  assert.ok(!ids.includes(await createLead(second.url, token, 'next')), 'ids are not given twice')
  await kill(second.child)
})

test('history, virtual clock, cursors and limits survive a restart', async (t) => {
  const dataDir = await makeDir(t)
  const options = { dataDir, schemaDirs: [FORCE_APP], clients: [CLIENT], limits: { pageSize: 1 } }
  const first = await startSandboxOrg(options)
  const token = await drawToken(first.url)
  const headers = { authorization: `Bearer ${token}` }
  await createLead(first.url, token, 'a')
  const id = await createLead(first.url, token, 'b')
  first.admin.clock.advance(5000)
  first.admin.act({
    ops: [
      { op: 'update', id, values: { Title: 'CTO' } },
      { op: 'delete', id },
    ],
  })
  const query = encodeURIComponent('SELECT Id FROM Lead')
  const page = await callJson(`${first.url}/services/data/v62.0/queryAll?q=${query}`, { headers })
  const [now, history] = [first.admin.clock.now(), first.admin.history(id)]
  await first.stop()

  const second = await startSandboxOrg(options)
  t.after(async () => await second.stop())
  assert.equal(second.admin.clock.now(), now)
  assert.deepEqual(second.admin.history(id), history)
  assert.deepEqual(
    history.map(({ event }) => event),
    ['create', 'update', 'delete'],
  )
  const next = await callJson(second.url + String(read(page.body, 'nextRecordsUrl')), { headers })
  assert.equal(read(next.body, 'records', 0, 'Id'), id)
  assert.equal(next.headers.get('sforce-limit-info'), 'api-usage=4/100000')
})

test('a reset leaves nothing behind', async (t) => {
  const dataDir = await makeDir(t)
  const options = { dataDir, schemaDirs: [FORCE_APP], clients: [CLIENT] }
  const first = await startSandboxOrg(options)
  await createLead(first.url, await drawToken(first.url), 'a')
  first.admin.reset()
  await first.stop()
  const second = await startSandboxOrg(options)
  t.after(async () => await second.stop())
  assert.deepEqual(second.admin.records('Lead'), [])
  assert.deepEqual(second.admin.log(), [])
})

test('one dataDir serves one org at a time', async (t) => {
  const dataDir = await makeDir(t)
  const first = await startSandboxOrg({ dataDir })
  t.after(async () => await first.stop())
  await assert.rejects(startSandboxOrg({ dataDir }), /org\.sqlite cannot be opened: another sandbox org/)
})

test('a dataDir of another org is refused', async (t) => {
  const dataDir = await makeDir(t)
  await (await startSandboxOrg({ dataDir })).stop()
  await assert.rejects(
    startSandboxOrg({ dataDir, orgId: '00D000000000002EAA' }),
    /holds org 00D000000000001EAA/,
  )
})
