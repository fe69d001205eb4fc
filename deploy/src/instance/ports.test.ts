import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test, type TestContext } from 'node:test'
import { assertPortFree, LOOPBACK, pickFreePorts, toPorts } from './ports.ts'

async function occupy(t: TestContext): Promise<number> {
  const server = createServer().listen(0, LOOPBACK)
  t.after(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}

test('the parts lie above the collector', () => {
  assert.deepEqual(toPorts(4400), {
    collector: 4400,
    console: 4401,
    sandbox: 4402,
    clickhouse: 4403,
    demo: 4404,
  })
})

test('free ports are five different ones', async () => {
  const ports = Object.values(await pickFreePorts())
  assert.equal(new Set(ports).size, 5)
  assert.ok(ports.every((port) => port > 0))
})

test('a port in use is named with the part it is for and the flag to change', async (t) => {
  const port = await occupy(t)
  await assert.rejects(assertPortFree('sandbox', port, LOOPBACK), {
    message:
      `port 127.0.0.1:${port} is in use (sandbox). Stop what listens there, or move all five with --port N ` +
      '(collector N, console N+1, sandbox N+2, clickhouse N+3, demo N+4; 0 picks free ones)',
  })
})

test('an address that this machine does not have is named', async () => {
  await assert.rejects(
    assertPortFree('collector', 4400, '192.0.2.1'),
    /192\.0\.2\.1:4400 is no address of this machine \(collector\)/,
  )
})

test('a free port is free', async () => {
  const { demo } = await pickFreePorts()
  await assertPortFree('demo', demo, LOOPBACK)
})
