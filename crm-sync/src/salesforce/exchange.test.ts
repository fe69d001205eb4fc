import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { SalesforceError } from './errors.ts'
import { createExchange, type HttpCall } from './exchange.ts'

async function serve(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return `http://127.0.0.1:${address.port}`
}

/** A deadline that a test never waits for: whoever does fails. */
const get = (url: string): HttpCall => ({ method: 'GET', url, headers: {}, timeoutMs: 120_000 })

const TEXT = JSON.stringify({ name: 'Zoë', more: 'x'.repeat(20_000) })

test('a whole answer is one, also where the other side cuts the connection right after it', async (t) => {
  const url = await serve(t, (_, response) => {
    response.on('finish', () => setTimeout(() => response.socket?.destroy(), 3))
    response.writeHead(200, { 'Content-Encoding': 'gzip', 'SFORCE-LIMIT-INFO': 'api-usage=1/2' })
    const bytes = gzipSync(TEXT)
    response.write(bytes.subarray(0, 40))
    setImmediate(() => response.end(bytes.subarray(40)))
  })
  const exchange = createExchange()
  for (let call = 0; call < 20; call += 1) {
    const answer = await exchange(get(url))
    assert.equal(answer.body, TEXT)
    assert.equal(answer.headers['sforce-limit-info'], 'api-usage=1/2')
  }
})

test('an answer that is cut off is none, and that is known at once', async (t) => {
  const url = await serve(t, (_, response) => {
    response.writeHead(200, { 'Content-Length': TEXT.length })
    response.write(TEXT.slice(0, 100), () => response.socket?.destroy())
  })
  await assert.rejects(createExchange()(get(url)), (error) => {
    assert.ok(error instanceof SalesforceError)
    assert.equal(error.failure.code, 'no_answer')
    return true
  })
})

test('a proxy of the environment is the way out, but not to this machine', async (t) => {
  const seen: string[] = []
  const proxy = await serve(t, (request, response) => {
    seen.push(String(request.url))
    response.end('through the proxy')
  })
  const home = await serve(t, (_, response) => response.end('at home'))
  const exchange = createExchange({ http_proxy: proxy })
  const far = await exchange(get('http://acme.invalid/limits'))
  const near = await exchange(get(home))
  assert.deepEqual([far.body, near.body], ['through the proxy', 'at home'])
  assert.deepEqual(seen, ['http://acme.invalid/limits'])
})
