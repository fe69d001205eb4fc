import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { validEvents } from '@leadline/contract/fixtures'
import { settingsSchema } from '@leadline/contract'
import {
  basic,
  publicKey,
  readAnswer,
  startTestCollector,
  type TestCollector,
} from '../../test-support/test-collector.ts'

const event = JSON.stringify(validEvents.track)
const key = basic(publicKey)
/** The whole thing by hand: LEADLINE_OPEN_SOCKETS=10000. */
const SOCKETS = Number(process.env['LEADLINE_OPEN_SOCKETS'] ?? 1500)

const defaults = settingsSchema.shape.collector.parse({}).limits
const withLimits = (limits: Partial<typeof defaults>) => ({ limits: { ...defaults, ...limits } })

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 60_000
  while (!(await isTrue())) {
    assert.ok(Date.now() < deadlineMs, 'the condition did not come true')
    await pause(5)
  }
}

/** Others are let in: at once as a rule, and later where a busy machine is late itself. */
const untilStored = (post: TestCollector['post']): Promise<void> =>
  until(async () => (await post('/v1/track', event, key).catch(() => undefined))?.status === 200)

async function open(
  t: TestContext,
  url: string,
): Promise<Socket & { closedByPeer: boolean; received: string }> {
  const { port, hostname } = new URL(url)
  const socket = Object.assign(connect(Number(port), hostname), { closedByPeer: false, received: '' })
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => (socket.received += chunk.toString('latin1')))
  socket.on('close', () => (socket.closedByPeer = true))
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

test('a request whose head never ends is cut off in time, and so is one whose body never does', async (t) => {
  const { url, post } = await startTestCollector(t, withLimits({ headerSeconds: 0.4, requestSeconds: 0.6 }))
  const head = await open(t, url)
  head.write('POST /v1/track HTTP/1.1\r\nhost: x\r\nx-slow: ')
  const body = await open(t, url)
  body.write('POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"slow":')
  await until(() => head.closedByPeer && body.closedByPeer)
  assert.match(head.received, /^HTTP\/1\.1 408 /)
  await untilStored(post)
})

test('clients that send much and never finish are cut off before they fill the memory; others get through', async (t) => {
  const { url, post } = await startTestCollector(t, withLimits({ maxBytesArriving: 1024 ** 2 }))
  const slow = await Promise.all(Array.from({ length: 12 }, () => open(t, url)))
  for (const socket of slow) {
    socket.write('POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 400000\r\n\r\n')
    socket.write('x'.repeat(300_000))
  }
  await until(() => slow.filter(({ closedByPeer }) => closedByPeer).length >= 9)
  assert.equal((await post('/v1/track', event, key)).status, 200)
  assert.ok(slow.some(({ closedByPeer }) => !closedByPeer))
  for (const socket of slow) socket.destroy()
})

test(`${SOCKETS} open connections keep nobody out, and health and metrics answer`, async (t) => {
  const { url, post } = await startTestCollector(t)
  for (let opened = 0; opened < SOCKETS; opened += 250)
    await Promise.all(Array.from({ length: 250 }, () => open(t, url)))
  assert.equal((await post('/v1/track', event, key)).status, 200)
  for (const path of ['/healthz', '/metrics']) assert.equal((await fetch(`${url}${path}`)).status, 200)
})

test('more connections than are allowed are closed at once, and room is given back', async (t) => {
  const { url, post } = await startTestCollector(t, withLimits({ connections: 5 }))
  const first = await Promise.all(Array.from({ length: 5 }, () => open(t, url)))
  const further = await open(t, url)
  await until(() => further.closedByPeer)
  assert.ok(first.every(({ closedByPeer }) => !closedByPeer))
  for (const socket of first) socket.destroy()
  // The other end learns later that they are gone.
  await untilStored(post)
})

test('an address that sends too much is answered 429 with Retry-After, and the proxy in front is believed', async (t) => {
  const limits = withLimits({ addressRequestsPerSecond: 1 })
  const { post } = await startTestCollector(t, { ...limits, trustedProxies: 1 })
  const send = (address: string) => post('/v1/track', event, { ...key, 'x-forwarded-for': address })
  const answers = await Promise.all(Array.from({ length: 40 }, () => send('203.0.113.7')))
  const turned = answers.find(({ status }) => status === 429)
  assert.ok(turned)
  assert.ok(Number(turned.headers.get('retry-after')) >= 1)
  assert.equal((await readAnswer(turned)).code, 'rate_limited')
  assert.equal((await send('203.0.113.8')).status, 200)
})

test('a public key has a budget of events, whoever uses it', async (t) => {
  const { post } = await startTestCollector(t, withLimits({ keyEventsPerSecond: 1 }))
  const batch = JSON.stringify({ batch: Array.from({ length: 30 }, () => validEvents.track) })
  assert.equal((await post('/v1/batch', batch, key)).status, 200)
  assert.equal((await post('/v1/batch', batch, key)).status, 429)
})
