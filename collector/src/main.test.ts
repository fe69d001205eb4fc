import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { EVENTS_TOPIC, TOPICS, decodeEnvelope } from '@leadline/contract'
import { validEvents, validSettings } from '@leadline/contract/fixtures'
import { openStream, type Stream } from '@leadline/stream'
import { basic } from '../test-support/test-collector.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

interface Running {
  readonly child: ChildProcess
  readonly url: string
  readonly open: () => Promise<Stream>
}

/** The collector as a process of its own, on an embedded log that has its topics. */
async function start(t: TestContext): Promise<Running> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-main-'))
  const settings = { kind: 'embedded', directory: join(directory, 'stream'), maxBytes: 1024 ** 3 } as const
  const open = (): Promise<Stream> => openStream(settings)
  const stream = await open()
  await stream.admin.ensureTopics(TOPICS)
  await stream.close()
  const config = join(directory, 'leadline.yaml')
  await writeFile(
    config,
    JSON.stringify({ ...validSettings.least, collector: { port: 0 }, stream: settings }),
  )
  const child = fork(main, { env: { ...process.env, LEADLINE_CONFIG: config }, silent: true })
  const exited = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await exited
    await rm(directory, { recursive: true })
  })
  const [message] = await once(child, 'message')
  assert.equal(message.type, 'ready')
  return { child, url: message.url, open }
}

/** Sends events one after the other until it is refused a connection; gives the ids that were answered 200. */
async function sendUntilGone(url: string, client: number, acknowledged: Set<string>): Promise<void> {
  for (let index = 0; ; index += 1) {
    const event = { ...validEvents.track, messageId: `m-${client}-${index}` }
    const request = { method: 'POST', body: JSON.stringify(event), headers: basic('wk_tests_1') }
    const answer = await fetch(`${url}/v1/track`, request).catch(() => undefined)
    if (answer === undefined) return
    if (answer.status === 200) acknowledged.add(event.messageId)
  }
}

async function readIds(stream: Stream, atLeast: number): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  const consumer = await stream.consume({
    topic: EVENTS_TOPIC,
    group: 'tests',
    handle: ({ values }) => {
      for (const value of values) {
        const decoded = decodeEnvelope(value)
        assert.ok(decoded.ok)
        for (const event of decoded.value.events) ids.add(String(event['messageId']))
      }
      return Promise.resolve()
    },
    onFailure: ({ error }) => assert.fail(String(error)),
  })
  const deadlineMs = Date.now() + 60_000
  while (ids.size < atLeast && Date.now() < deadlineMs) await pause(5)
  await consumer.stop()
  return ids
}

const endings = {
  'killed with -9': (child: ChildProcess) => child.kill('SIGKILL'),
  'told to stop by its parent': (child: ChildProcess) => child.send({ type: 'stop' }),
  'left by its parent': (child: ChildProcess) => child.disconnect(),
}

for (const [ending, end] of Object.entries(endings)) {
  test(`what a process answered 200 is in the log after it was ${ending} under load`, async (t) => {
    const { child, url, open } = await start(t)
    const exited = once(child, 'exit')
    const acknowledged = new Set<string>()
    const clients = Array.from({ length: 8 }, (_, client) => sendUntilGone(url, client, acknowledged))
    const deadlineMs = Date.now() + 60_000
    while (acknowledged.size < 200 && Date.now() < deadlineMs) await pause(1)
    assert.ok(acknowledged.size >= 200)
    end(child)
    const [code] = await exited
    assert.equal(code, ending === 'killed with -9' ? null : 0)
    await Promise.all(clients)
    const stream = await open()
    const stored = await readIds(stream, acknowledged.size)
    await stream.close()
    assert.deepEqual(
      [...acknowledged].filter((id) => !stored.has(id)),
      [],
    )
  })
}

test('under a parent a signal does not stop it', async (t) => {
  const { child, url } = await start(t)
  child.kill('SIGTERM')
  child.kill('SIGINT')
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
})

test('a start without settings ends with one clear line', async () => {
  const child = fork(main, { env: { PATH: process.env['PATH'] }, silent: true })
  const exited = once(child, 'exit')
  const [message] = await once(child, 'message')
  assert.match(message.line ?? message.message, /LEADLINE_CONFIG/)
  assert.deepEqual(await exited, [1, null])
})
