import assert from 'node:assert/strict'
import { createServer, request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { test, type TestContext } from 'node:test'
import { getRequestListener } from '@hono/node-server'
import { validEvents } from '@leadline/contract/fixtures'
import { createLog } from '@leadline/runtime'
import { createMemoryStream, type MemoryStream } from '../test-support/memory-stream.ts'
import { basic, buildSettings, publicKey } from '../test-support/test-collector.ts'
import { createApp, type AppDeps } from './app.ts'
import { openAdmission, quietFeed, quietMetrics } from './edge/quiet-parts.ts'
import { createInFlight } from './in-flight.ts'
import { createKeys } from './keys.ts'
import { createArrivals } from './limit/arrivals.ts'
import { createNodeDoor } from './node-door.ts'
import { TakenMessage } from './read-incoming.ts'
import { buildEventHandlers } from './routes/collect.ts'
import { createSink } from './sink.ts'

const NOW = new Date('2026-03-01T09:00:00Z')
const event = JSON.stringify(validEvents.track)
const key = basic(publicKey)

interface Form {
  readonly url: string
  readonly stream: MemoryStream
}

/** The same collector twice: events straight from node:http, and all of it through the Hono app. */
async function startForm(t: TestContext, isDirect: boolean): Promise<Form> {
  const stream = createMemoryStream()
  const log = createLog('collector', () => undefined)
  const deps: AppDeps = {
    keys: createKeys(buildSettings().workspaces, 'salt'),
    sink: createSink({ append: (topic, values) => stream.append(topic, values), metrics: quietMetrics, log }),
    addressPolicy: { address: 'keep', trustedProxies: 0 },
    enrich: () => ({}),
    bots: 'mark',
    admission: openAdmission,
    inFlight: createInFlight(1024 ** 2),
    metrics: quietMetrics,
    feed: quietFeed,
    feedPage: [],
    tag: undefined,
    scriptsBeside: new Map(),
    scriptName: 'leadline.js',
    cookie: { renew: false },
    pathPrefix: '/data',
    publicUrl: undefined,
    edge: {},
    findProblems: () => Promise.resolve([]),
    now: () => NOW,
    newId: () => 'id',
    newRequestId: () => 'id',
    log,
  }
  const door = createNodeDoor({
    handlers: isDirect ? buildEventHandlers(deps) : new Map(),
    rest: getRequestListener(createApp(deps).fetch),
    arrivals: createArrivals(1024 ** 2),
  })
  const server = createServer({ IncomingMessage: TakenMessage }, door)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { url: `http://127.0.0.1:${address.port}`, stream }
}

interface Sent {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** Without a declared length. */
  readonly isChunked?: boolean
}

/** Status, headers but those of the moment, and body of the answer; what was stored. */
async function ask({ url, stream }: Form, sent: Sent) {
  const { path = '/v1/track', method = 'POST', headers = key, body = event, isChunked = false } = sent
  const length = isChunked ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const call = request(`${url}${path}`, { method, headers: { ...headers, ...length }, agent: false })
  if (isChunked) call.write(body)
  call.end(isChunked ? undefined : body)
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve).once('error', reject)
  })
  const { date: _date, connection: _connection, 'content-length': _length, ...answered } = incoming.headers
  const { 'transfer-encoding': _coding, ...rest } = answered
  return {
    status: incoming.statusCode,
    headers: rest,
    body: await text(incoming),
    events: stream.values('events.v1'),
    letters: stream.values('dead.v1'),
  }
}

const requests: Readonly<Record<string, Sent>> = {
  'a single event': {},
  'a batch with good and bad events': { path: '/v1/batch', body: `{"batch":[${event},{"type":"track"}]}` },
  'a path with a slash at its end and a query': { path: '/v1/track/?x=1' },
  'a path under the prefix': { path: '/data/v1/t' },
  'a body without a declared length': { isChunked: true },
  'a packed body': { headers: { ...key, 'content-encoding': 'gzip' }, body: gzipSync(event) },
  'text that is not ASCII': { body: event.replace('{', '{"name":"Ünïcödé 漢字",') },
  'a body that begins with a byte order mark': { body: `\uFEFF${event}` },
  'bytes that are no UTF-8': { body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) },
  'no body': { body: '' },
  'no JSON': { body: '{' },
  'no key': { headers: {} },
  'a key that is not known': { headers: basic('nobody') },
  'a page that may not send': {
    headers: { ...basic('wk_bound_to_an_origin'), origin: 'https://evil.example' },
  },
  'another content type': { headers: { ...key, 'content-type': 'text/html' } },
  'a body that is too large': { body: Buffer.alloc(600_000, 'x') },
  'a body that is too large and did not say so': { body: Buffer.alloc(600_000, 'x'), isChunked: true },
  'another method': { method: 'PUT' },
  'a preflight': { method: 'OPTIONS', body: '' },
  'another path': { path: '/v1/nothing' },
}

for (const [what, sent] of Object.entries(requests)) {
  test(`${what}: answered and stored alike straight from node:http and through the app`, async (t) => {
    const [direct, app] = [await startForm(t, true), await startForm(t, false)]
    assert.deepEqual(await ask(direct, sent), await ask(app, sent))
  })
}
