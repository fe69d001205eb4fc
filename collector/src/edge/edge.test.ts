import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { DEAD_TOPIC, EVENTS_TOPIC, decodeDeadLetter, decodeEnvelope } from '@leadline/contract'
import { validEvents } from '@leadline/contract/fixtures'
import { z } from 'zod'
import {
  basic,
  publicKey,
  readAnswer,
  startTestCollector,
  type TestCollector,
} from '../../test-support/test-collector.ts'
import { buildEdge } from './build-edge.ts'
import { encodeForwarded } from './forwarded.ts'
import { SIGNATURE_WINDOW_MS, isSigned, sign } from './signature.ts'

const secret = 'shared secret of edge and region'
const region = (t: TestContext): Promise<TestCollector> => startTestCollector(t, { edge: { secret } })
const binary = createRequire(import.meta.url).resolve('workerd/bin/workerd')

const capnp = (bindings: object): string => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "edge", worker = .edge), (name = "net", network = (allow = ["private", "local"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "edge")]
);
const edge :Workerd.Worker = (
  modules = [(name = "edge.js", esModule = embed "edge.js")],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = ["nodejs_compat"],
  globalOutbound = "net",
  bindings = [(name = "LEADLINE_EDGE", text = ${JSON.stringify(JSON.stringify(bindings))})]
);
`

const listening = z.object({ event: z.literal('listen'), port: z.int() })

/** The edge form in workerd, in front of a region. */
async function startEdge(t: TestContext, regionUrl: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-edge-'))
  const writeKeys = [{ name: 'site', key: publicKey }]
  const bindings = { region: regionUrl, secret, workspaces: [{ id: 7, writeKeys }] }
  await writeFile(join(directory, 'edge.js'), await buildEdge())
  await writeFile(join(directory, 'edge.capnp'), capnp(bindings))
  const child = spawn(binary, ['serve', 'edge.capnp', '--control-fd=3'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await exited
    await rm(directory, { recursive: true })
  })
  const errors: string[] = []
  child.stderr?.on('data', (chunk) => errors.push(String(chunk)))
  const control = child.stdio[3]
  assert.ok(control)
  const [line] = await Promise.race([
    once(control, 'data'),
    exited.then(() => assert.fail(`workerd ended: ${errors.join('')}`)),
  ])
  return `http://127.0.0.1:${listening.parse(JSON.parse(String(line))).port}`
}

const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'

const postTo = (
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/plain', 'user-agent': chrome, ...headers },
  })

test('in workerd: what is answered 200 at the edge is durable in the region, with what the edge knew', async (t) => {
  const { url, stream } = await region(t)
  const edge = await startEdge(t, url)
  const bad = { ...validEvents.track, event: '' }
  const body = JSON.stringify({ writeKey: publicKey, batch: [validEvents.track, bad, validEvents.page] })
  const answer = await postTo(`${edge}/v1/batch`, body, {
    'x-forwarded-for': '203.0.113.77',
    'cf-ipcountry': 'CH',
  })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  const { accepted, rejected } = await readAnswer(answer)
  assert.deepEqual([accepted, rejected?.map(({ code }) => code)], [2, ['missing_field']])
  const decoded = decodeEnvelope(stream.values(EVENTS_TOPIC)[0] ?? '')
  assert.ok(decoded.ok)
  const { workspace, source, address, country, userAgent, events } = decoded.value
  assert.deepEqual(
    { workspace, source, address, country, userAgent, events },
    {
      workspace: 7,
      source: 'site',
      address: '203.0.113.0',
      country: 'CH',
      userAgent: chrome,
      events: [validEvents.track, validEvents.page],
    },
  )
  const letter = decodeDeadLetter(stream.values(DEAD_TOPIC)[0] ?? '')
  assert.ok(letter.ok && letter.value.reason.startsWith('missing_field'))
})

test('in workerd: bad requests end at the edge, packed ones are unpacked there', async (t) => {
  const { url, stream } = await region(t)
  const edge = await startEdge(t, url)
  const event = JSON.stringify(validEvents.track)
  const statusOf = async (...args: Parameters<typeof postTo>): Promise<number> =>
    (await postTo(...args)).status
  assert.deepEqual(
    [
      await statusOf(`${edge}/v1/track`, event),
      await statusOf(`${edge}/v1/track`, event, basic('unknown')),
      await statusOf(`${edge}/v1/track`, '{', basic(publicKey)),
      await statusOf(`${edge}/v1/nothing`, event),
    ],
    [401, 401, 400, 404],
  )
  assert.equal(stream.values(EVENTS_TOPIC).length, 0)
  const packed = new Uint8Array(gzipSync(event))
  const headers = { ...basic(publicKey), 'content-encoding': 'gzip' }
  assert.equal(await statusOf(`${edge}/v1/track`, packed, headers), 200)
  const preflight = await fetch(`${edge}/v1/track`, { method: 'OPTIONS' })
  assert.equal(preflight.status, 204)
})

test('in workerd: while the region cannot store, the edge says 503 and never 200', async (t) => {
  const { url, stream } = await region(t)
  const edge = await startEdge(t, url)
  const event = JSON.stringify({ ...validEvents.track, messageId: undefined })
  stream.failWith(new Error('full'))
  const refused = await postTo(`${edge}/v1/track`, event, basic(publicKey))
  assert.deepEqual([refused.status, (await readAnswer(refused)).code], [503, 'unavailable'])
  assert.equal(refused.headers.get('retry-after'), '2')
  stream.failWith(undefined)
  assert.equal((await postTo(`${edge}/v1/track`, event, basic(publicKey))).status, 200)
  assert.equal(stream.values(EVENTS_TOPIC).length, 1)
})

test('in workerd: a region that fails is asked again, with the same records and a signature of its own', async (t) => {
  const bodies: string[] = []
  const areSigned: boolean[] = []
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await text(incoming)
    bodies.push(body)
    const { 'leadline-time': time, 'leadline-signature': signature } = incoming.headers
    const signed = { signature: String(signature), timeMs: Number(time), body }
    areSigned.push(await isSigned(secret, signed, Date.now()))
    outgoing.writeHead(bodies.length < 3 ? 503 : 200).end()
  }
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const edge = await startEdge(t, `http://127.0.0.1:${address.port}`)
  const event = JSON.stringify({ ...validEvents.track, messageId: undefined })
  assert.equal((await postTo(`${edge}/v1/track`, event, basic(publicKey))).status, 200)
  assert.deepEqual([bodies.length, new Set(bodies).size, areSigned], [3, 1, [true, true, true]])
})

const envelope = {
  v: 1,
  workspace: 7,
  source: 'site',
  dialect: 'segment',
  trust: 'public',
  receivedAt: '2026-03-01T09:00:00.000Z',
  events: [validEvents.track],
}
const forwarded = encodeForwarded([
  { topic: EVENTS_TOPIC, values: [{ key: '7:a-1', value: JSON.stringify(envelope) }] },
])

async function deliver(
  { url }: TestCollector,
  body: string,
  { timeMs = Date.now(), by = secret }: { readonly timeMs?: number; readonly by?: string } = {},
): Promise<readonly [number, string | undefined]> {
  const signature = await sign(by, timeMs, forwarded)
  const answer = await fetch(`${url}/v1/edge`, {
    method: 'POST',
    body,
    headers: { 'leadline-time': String(timeMs), 'leadline-signature': signature },
  })
  return [answer.status, (await readAnswer(answer)).code]
}

test('the region takes records that are signed, and as they were signed', async (t) => {
  const collector = await region(t)
  assert.deepEqual(await deliver(collector, forwarded), [200, undefined])
  assert.equal(collector.stream.values(EVENTS_TOPIC).length, 1)
  const late = { timeMs: Date.now() - SIGNATURE_WINDOW_MS - 1000 }
  const early = { timeMs: Date.now() + SIGNATURE_WINDOW_MS + 60_000 }
  for (const options of [late, early, { by: 'another secret of 16' }, { timeMs: Number.NaN }])
    assert.deepEqual(await deliver(collector, forwarded, options), [401, 'invalid_signature'])
  assert.deepEqual(await deliver(collector, forwarded.replace('a-1', 'a-2')), [401, 'invalid_signature'])
  assert.equal(collector.stream.values(EVENTS_TOPIC).length, 1)
})

test('signed records that could not be read later are refused', async (t) => {
  const collector = await region(t)
  const bodies = [
    '{}',
    'no json',
    encodeForwarded([{ topic: 'crm.work.v1', values: [{ key: 'k', value: '{}' }] }]),
    encodeForwarded([{ topic: EVENTS_TOPIC, values: [{ key: 'k', value: '{"v":1}' }] }]),
    encodeForwarded([{ topic: DEAD_TOPIC, values: [{ key: 'k', value: 'x' }] }]),
  ]
  for (const body of bodies) {
    const timeMs = Date.now()
    const answer = await fetch(`${collector.url}/v1/edge`, {
      method: 'POST',
      body,
      headers: { 'leadline-time': String(timeMs), 'leadline-signature': await sign(secret, timeMs, body) },
    })
    assert.deepEqual([answer.status, (await readAnswer(answer)).code], [400, 'invalid_field'])
  }
})

test('without a secret no edge is known', async (t) => {
  const collector = await startTestCollector(t)
  assert.deepEqual(await deliver(collector, forwarded), [404, 'not_found'])
})
