import assert from 'node:assert/strict'
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, test } from 'node:test'

const CHILD = join(import.meta.dirname, '../test-support/plain-child.ts')
const alive = new Set<ChildProcess>()

interface Started {
  readonly child: ChildProcess
  readonly messages: unknown[]
  readonly output: () => string
}

function start(behaviour: string, stdio: StdioOptions): Started {
  const child = spawn(process.execPath, [CHILD, behaviour], { stdio })
  alive.add(child)
  child.once('exit', () => alive.delete(child))
  const messages: unknown[] = []
  let output = ''
  child.on('message', (message) => messages.push(message))
  child.stdout?.on('data', (chunk) => (output += String(chunk)))
  return { child, messages, output: () => output }
}

const underParent = (behaviour = ''): Started => start(behaviour, ['ignore', 'pipe', 'inherit', 'ipc'])
const alone = (behaviour = ''): Started => start(behaviour, ['ignore', 'pipe', 'inherit'])

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!condition()) {
    assert.ok(Date.now() < deadline, 'the condition did not come true in time')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const isReady = ({ messages }: Started) =>
  until(() => messages.some((message) => JSON.stringify(message).includes('"ready"')))

async function exitOf({ child }: Started): Promise<[code: number | null, signal: string | null]> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return [child.exitCode, child.signalCode]
}

afterEach(() => {
  for (const child of alive) child.kill('SIGKILL')
})

describe('a service under a parent', () => {
  test('goes on while its log cannot be written', async () => {
    const full = openSync('/dev/full', 'w')
    const started = start('warns often', ['ignore', full, 'inherit', 'ipc'])
    await isReady(started)
    await until(
      () => started.messages.filter((message) => JSON.stringify(message).includes('odd')).length > 20,
    )
    started.child.send({ type: 'stop' })
    assert.deepEqual(await exitOf(started), [0, null])
  })

  test('says that it is ready and where it listens', async () => {
    const service = underParent()
    await isReady(service)
    assert.deepEqual(service.messages, [{ type: 'ready', url: 'http://127.0.0.1:1' }])
  })

  test('answers a request for its report', async () => {
    const service = underParent()
    await isReady(service)
    service.child.send({ type: 'report', id: 7 })
    await until(() => service.messages.length === 2)
    assert.deepEqual(service.messages[1], {
      type: 'report',
      id: 7,
      report: { idle: true, steps: { accepted: 12 } },
    })
  })

  test('reports that it is not idle when it cannot say', async () => {
    const service = underParent('report-fails')
    await isReady(service)
    service.child.send({ type: 'report', id: 8 })
    await until(() => service.messages.some((message) => JSON.stringify(message).includes('"id":8')))
    assert.deepEqual(service.messages.at(-1), { type: 'report', id: 8, report: { idle: false, steps: {} } })
  })

  test('ignores SIGINT and SIGTERM, and leaves with 0 on the word of its parent', async () => {
    const service = underParent()
    await isReady(service)
    service.child.kill('SIGINT')
    service.child.kill('SIGTERM')
    service.child.send({ type: 'report', id: 1 })
    await until(() => service.messages.length === 2)
    service.child.send({ type: 'stop' })
    assert.deepEqual(await exitOf(service), [0, null])
  })

  test('leaves when the channel to its parent closes', async () => {
    const service = underParent()
    await isReady(service)
    service.child.disconnect()
    assert.deepEqual(await exitOf(service), [0, null])
  })

  test('leaves soon when its parent is gone, also when its stop hangs', async () => {
    const service = underParent('stop-hangs')
    await isReady(service)
    service.child.disconnect()
    assert.deepEqual(await exitOf(service), [1, null])
    assert.match(service.output(), /stop took too long, leaving/)
  })

  test('says why it could not start, and ends with 1', async () => {
    const service = underParent('fails')
    assert.deepEqual(await exitOf(service), [1, null])
    assert.deepEqual(service.messages.at(-1), { type: 'failed', message: 'the cupboard is bare; fill it' })
  })

  test('hands its warnings to the parent and writes them down', async () => {
    const service = underParent('warns')
    await isReady(service)
    await until(() => service.output().includes('looks odd'))
    const [message] = service.messages
    assert.match(JSON.stringify(message), /"type":"log".*looks odd.*count/)
  })

  test('ends with 1 when its stop fails', async () => {
    const service = underParent('stop-fails')
    await isReady(service)
    service.child.send({ type: 'stop' })
    assert.deepEqual(await exitOf(service), [1, null])
  })
})

describe('a service on its own', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`stops in order on ${signal}`, async () => {
      const service = alone()
      await until(() => service.output().includes('"ready"'))
      service.child.kill(signal)
      assert.deepEqual(await exitOf(service), [0, null])
      assert.match(service.output(), /"stopped"/)
    })
  }

  test('ends with 1 and one line that says why it could not start', async () => {
    const service = alone('fails')
    assert.deepEqual(await exitOf(service), [1, null])
    assert.match(service.output(), /could not start.*the cupboard is bare; fill it/)
  })
})
