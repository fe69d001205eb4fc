import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import type { SandboxOrg } from '@leadline/salesforce-sandbox'
import { z } from 'zod'
import { CLIENT, crmSettings, openTestDoor, QUICK } from '../../test-support/open-test-door.ts'
import { LANES, type Lane } from '../budget/lanes.ts'
import { toUpsert } from './collections.ts'
import { SalesforceError, type SalesforceFailure } from './errors.ts'
import { openConnection } from './open-connection.ts'
import { inLane, type Send } from './send.ts'

const look = (send: Send, lane: Lane = 'fields') =>
  send({ method: 'GET', path: '/limits', answer: z.looseObject({}), lane })

async function write(send: Send, id = 'a') {
  const target = { object: 'Lead', externalIdField: 'Leadline_Id__c', assigns: false }
  const { value } = await send(toUpsert(target, [{ Leadline_Id__c: id, LastName: 'Doe', Company: 'Acme' }]))
  return { rows: value }
}

async function failureOf(work: Promise<unknown>): Promise<SalesforceFailure> {
  try {
    await work
  } catch (error) {
    assert.ok(error instanceof SalesforceError)
    return error.failure
  }
  throw new assert.AssertionError({ message: 'the call did not fail' })
}

const calls = (org: SandboxOrg): number =>
  org.admin.log().filter(({ path }) => path.startsWith('/services/data/')).length
const tokenCalls = (org: SandboxOrg): number =>
  org.admin.log().filter(({ path }) => path.includes('/oauth2/token')).length

/** Time that the test moves; pauses of the circuit are measured with it. */
function createClock() {
  let nowMs = Date.UTC(2026, 10, 21)
  return { now: () => nowMs, pass: (ms: number) => void (nowMs += ms) }
}

const REAL = { baseMs: 500, maxMs: 60_000, brokenMs: 60_000, budgetMs: 15 * 60_000 }

test('a write says who we are', async (t) => {
  const { org, send } = await openTestDoor(t)
  await write(send)
  assert.equal(org.admin.log().at(-1)?.client, 'Leadline')
})

test('when the calls of the day are used up, one call finds out and no other goes until the window', async (t) => {
  const clock = createClock()
  const { org, send } = await openTestDoor(t, { connection: { times: REAL, ...clock } })
  await look(send)
  const fault = org.admin.faults.add({
    match: { path: '/services/data/' },
    times: null,
    action: { type: 'error', code: 'REQUEST_LIMIT_EXCEEDED' },
  })
  const before = calls(org)
  for (let attempt = 0; attempt < 10; attempt += 1)
    assert.equal((await failureOf(write(send))).class, 'budget')
  assert.equal(calls(org), before + 1)
  clock.pass(REAL.budgetMs)
  await failureOf(look(send))
  assert.equal(calls(org), before + 2, 'one call looks whether they are back')
  org.admin.faults.remove(fault)
  clock.pass(REAL.budgetMs)
  assert.equal((await write(send)).rows[0]?.ok, true)
})

test('too many calls at once back off for seconds, with fewer at once afterwards', async (t) => {
  const clock = createClock()
  const { org, send, gate } = await openTestDoor(t, { connection: { times: REAL, ...clock } })
  org.admin.faults.add({
    match: { path: '/composite' },
    action: {
      type: 'error',
      code: 'REQUEST_LIMIT_EXCEEDED',
      message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
      status: 403,
    },
  })
  assert.equal((await failureOf(write(send))).class, 'retry')
  assert.ok(gate.slots.limit < 5)
  clock.pass(4000)
  await failureOf(write(send))
  clock.pass(60_000)
  assert.equal((await write(send)).rows[0]?.ok, true)
})

test('a maintenance page stops the calls after a few, and the first that is answered lets the others go', async (t) => {
  const clock = createClock()
  const { org, send } = await openTestDoor(t, { connection: { times: REAL, ...clock } })
  await look(send)
  const tokens = tokenCalls(org)
  const fault = org.admin.faults.add({
    match: { path: '/services/data/' },
    times: null,
    action: { type: 'html503' },
  })
  const before = calls(org)
  for (let attempt = 0; attempt < 30; attempt += 1) await failureOf(write(send))
  assert.equal(calls(org), before + 3)
  for (let minute = 0; minute < 30; minute += 1) {
    clock.pass(60_000)
    await failureOf(write(send))
  }
  assert.ok(calls(org) < before + 3 + 20, 'pauses grow')
  org.admin.faults.remove(fault)
  clock.pass(5 * 60_000)
  const answers = await Promise.all([write(send, 'a'), write(send, 'b'), write(send, 'c')])
  assert.ok(answers.every(({ rows }) => rows[0]?.ok))
  assert.ok(tokenCalls(org) - tokens < 5, 'an outage is no reason for new tokens')
})

test('a write whose answer is lost is unknown and is never sent again; a read is', async (t) => {
  const { org, send, count } = await openTestDoor(t)
  org.admin.faults.add({ match: { path: '/composite' }, action: { type: 'dropAfter' } })
  const failure = await failureOf(write(send))
  assert.equal(failure.class, 'unknown')
  assert.equal(count(/composite/), 1)
  assert.equal(org.admin.records('Lead').length, 1)
  await look(send)
  org.admin.faults.add({ match: { path: '/limits' }, times: 2, action: { type: 'dropBefore' } })
  await look(send)
  assert.equal(count(/limits/), 4)
})

const BAD_BODIES: readonly (readonly [string, string])[] = [
  ['cut off', '[{"id":"00Q'],
  ['a page', '<html>Down for maintenance</html>'],
  ['empty', ''],
  ['of another length', '[]'],
]
for (const [title, body] of BAD_BODIES)
  test(`a good status with a body that is ${title} is no success`, async (t) => {
    const { org, send } = await openTestDoor(t)
    org.admin.faults.add({ match: { path: '/composite' }, action: { type: 'http', status: 200, body } })
    assert.deepEqual(await failureOf(write(send)).then(({ code, class: errorClass }) => [code, errorClass]), [
      'unreadable_answer',
      'unknown',
    ])
  })

test('an answer that never ends is given up, and what became of it is unknown', async (t) => {
  const { org, send } = await openTestDoor(t, { connection: { timeoutMs: 50 } })
  org.admin.faults.add({ match: { path: '/composite' }, action: { type: 'delay', ms: 400 } })
  assert.equal((await failureOf(write(send))).class, 'unknown')
})

test('without a token nothing was sent: that is no unknown outcome', async (t) => {
  const { org, send } = await openTestDoor(t)
  org.admin.faults.add({ match: { path: '/oauth2/token' }, action: { type: 'dropAfter' } })
  const failure = await failureOf(write(send))
  assert.deepEqual([failure.code, failure.class], ['token_no_answer', 'retry'])
  const away = crmSettings({ loginUrl: 'http://127.0.0.1:1', ...CLIENT })
  const unreachable = await failureOf(write(openConnection(away, { times: QUICK }).send))
  assert.deepEqual([unreachable.code, unreachable.class], ['token_unreachable', 'retry'])
})

test('lanes stop one after the other as our share is used up, the least important first', async (t) => {
  const { send } = await openTestDoor(t, { crm: { api: { callsPerDay: 20 } } })
  const stoppedAt = new Map<Lane, number>()
  for (let made = 0; made < 20; made += 1) {
    for (const lane of LANES) {
      if (stoppedAt.has(lane) || lane === 'owner') continue
      const allowed = 20 * { qualification: 0.95, fields: 0.85, timeline: 0.75, backfill: 0.6 }[lane]
      if (made >= allowed) stoppedAt.set(lane, made)
      if (made >= allowed) assert.equal((await failureOf(look(send, lane))).code, 'lane_spent')
    }
    await look(send, 'owner')
  }
  assert.deepEqual(
    [...stoppedAt],
    [
      ['backfill', 12],
      ['timeline', 15],
      ['fields', 17],
      ['qualification', 19],
    ],
  )
  assert.equal((await failureOf(look(send, 'owner'))).code, 'lane_spent')
})

test('what others use of the org counts: our lesser lanes leave them room', async (t) => {
  const { org, send } = await openTestDoor(t)
  org.admin.limits({ dailyApiUsed: 85_000 })
  await look(send, 'owner')
  assert.equal((await failureOf(look(send, 'backfill'))).code, 'lane_spent')
  assert.equal((await failureOf(look(send, 'timeline'))).code, 'lane_spent')
  await look(send, 'qualification')
})

test('at most so many calls are open at once, and the most important waits least', async (t) => {
  let open = 0
  let most = 0
  const served: string[] = []
  const server = createServer((request, response) => {
    if (request.url?.includes('/oauth2/')) {
      const { port } = z.object({ port: z.number() }).parse(server.address())
      return response.end(JSON.stringify({ access_token: 't', instance_url: `http://127.0.0.1:${port}` }))
    }
    open += 1
    most = Math.max(most, open)
    served.push(request.url?.split('/').at(-1) ?? '')
    return setTimeout(() => {
      open -= 1
      response.end('{}')
    }, 5)
  })
  const loginUrl = await listen(t, server)
  const { send } = openConnection(crmSettings({ loginUrl, ...CLIENT, api: { maxConcurrent: 2 } }), {
    times: QUICK,
  })
  const ask = (lane: Lane, name: string) =>
    inLane(send, lane)({ method: 'GET', path: `/${name}`, answer: z.looseObject({}) })
  await Promise.all([
    ...['b1', 'b2', 'b3', 'b4'].map((name) => ask('backfill', name)),
    ...['o1', 'o2'].map((name) => ask('owner', name)),
  ])
  assert.equal(most, 2)
  assert.deepEqual(served.slice(0, 4).toSorted(), ['b1', 'b2', 'o1', 'o2'])
})

async function listen(t: TestContext, server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${z.object({ port: z.number() }).parse(server.address()).port}`
}
