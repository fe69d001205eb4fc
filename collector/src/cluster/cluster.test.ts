import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { on, once } from 'node:events'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test, type TestContext } from 'node:test'
import { EVENTS_TOPIC, TOPICS, decodeEnvelope } from '@leadline/contract'
import { validEvents, validSettings } from '@leadline/contract/fixtures'
import { openStream, type Stream } from '@leadline/stream'
import { basic } from '../../test-support/test-collector.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const PROCESSES = 2
const SECRET_KEY = 'sk_of_the_cluster'

interface Cluster {
  readonly child: ChildProcess
  readonly url: string
  readonly open: () => Promise<Stream>
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 60_000
  while (!(await isTrue())) {
    assert.ok(Date.now() < deadlineMs, 'the condition did not come true')
    await pause(20)
  }
}

async function start(t: TestContext): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-cluster-'))
  const settings = { kind: 'embedded', directory: join(directory, 'stream'), maxBytes: 1024 ** 3 } as const
  const open = (): Promise<Stream> => openStream(settings)
  const stream = await open()
  await stream.admin.ensureTopics(TOPICS)
  await stream.close()
  const config = join(directory, 'leadline.yaml')
  const collector = { port: 0, processes: PROCESSES }
  const [workspace] = validSettings.least.workspaces
  const workspaces = [{ ...workspace, secretKeys: [{ name: 'server', key: SECRET_KEY }] }]
  await writeFile(config, JSON.stringify({ ...validSettings.least, workspaces, collector, stream: settings }))
  const child = fork(main, { env: { ...process.env, LEADLINE_CONFIG: config }, silent: true })
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) await stop(child)
    await rm(directory, { recursive: true, maxRetries: 5 })
  })
  const { url } = await next(child, 'ready')
  return { child, url, open }
}

/** Its workers are gone with it: killed, it would leave them behind in a directory that is about to be deleted. */
async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  // A test that failed may have left one stopped.
  for (const pid of await childrenOf(child.pid ?? 0)) process.kill(pid, 'SIGCONT')
  child.send({ type: 'stop' })
  await exited
}

/** The next message of a kind; others come in between, and none once the process is gone. */
async function next(child: ChildProcess, type: string) {
  const gone = new AbortController()
  const end = (): void => gone.abort(new Error(`it ended before it said ${type}`))
  child.once('exit', end)
  try {
    for await (const [message] of on(child, 'message', { signal: gone.signal }))
      if (message.type === type) return message
    return undefined
  } finally {
    child.off('exit', end)
  }
}

const send = (url: string, messageId: string): Promise<Response | undefined> =>
  fetch(`${url}/v1/track`, {
    method: 'POST',
    body: JSON.stringify({ ...validEvents.track, messageId }),
    headers: basic('wk_tests_1'),
    signal: AbortSignal.timeout(60_000),
  }).catch(() => undefined)

/** Ids of the processes that another has forked. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const parents = await Promise.all(
    all.map(async (name) => {
      const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
      return [Number(name), Number(/\) \S (\d+)/.exec(stat)?.[1])] as const
    }),
  )
  return parents.filter(([, parent]) => parent === pid).map(([child]) => child)
}

async function report({ child }: Cluster): Promise<{ idle: boolean; steps: Record<string, number> }> {
  const answer = next(child, 'report')
  child.send({ type: 'report', id: 1 })
  return (await answer).report
}

test('several processes share a port, and are counted as one', async (t) => {
  const cluster = await start(t)
  assert.equal((await childrenOf(cluster.child.pid ?? 0)).length, PROCESSES)
  const answers = await Promise.all(Array.from({ length: 20 }, (_, id) => send(cluster.url, `m-${id}`)))
  assert.ok(answers.every((answer) => answer?.status === 200))
  await until(async () => (await report(cluster)).idle)
  assert.equal((await report(cluster)).steps['accepted'], 20)
  const metrics = await (await fetch(`${cluster.url}/metrics`)).text()
  assert.match(metrics, /^leadline_collector_events_accepted_total 20$/m)
  const exited = once(cluster.child, 'exit')
  cluster.child.send({ type: 'stop' })
  assert.deepEqual(await exited, [0, null])
})

test('a process that is killed under load takes nothing with it that was answered, and is started again', async (t) => {
  const cluster = await start(t)
  const acknowledged = new Set<string>()
  const end = new AbortController()
  const clients = Array.from({ length: 8 }, async (_, client) => {
    for (let index = 0; !end.signal.aborted; index += 1) {
      const id = `m-${client}-${index}`
      if ((await send(cluster.url, id))?.status === 200) acknowledged.add(id)
    }
  })
  await until(() => acknowledged.size > 100)
  const [victim = 0, ...others] = await childrenOf(cluster.child.pid ?? 0)
  process.kill(victim, 'SIGKILL')
  await until(async () => {
    const now = await childrenOf(cluster.child.pid ?? 0)
    return now.length === PROCESSES && !now.includes(victim) && others.every((pid) => now.includes(pid))
  })
  const before = acknowledged.size
  await until(() => acknowledged.size > before + 100)
  end.abort()
  await Promise.all(clients)
  const stream = await cluster.open()
  const stored = new Set<string>()
  const consumer = await stream.consume({
    topic: EVENTS_TOPIC,
    group: 'tests',
    handle: async ({ values }) => {
      for (const value of values) {
        const decoded = decodeEnvelope(value)
        assert.ok(decoded.ok)
        for (const event of decoded.value.events) stored.add(String(event['messageId']))
      }
    },
    onFailure: ({ error }) => assert.fail(String(error)),
  })
  await until(() => [...acknowledged].every((id) => stored.has(id)))
  await consumer.stop()
  await stream.close()
})

/** Over a connection of its own: one that is kept belongs to a process. */
async function ask(url: string, headers: OutgoingHttpHeaders, body?: string): Promise<IncomingMessage> {
  const call = request(url, { method: body === undefined ? 'GET' : 'POST', headers, agent: false })
  call.end(body)
  const [answer] = await once(call, 'response')
  return answer
}

test('who watches the feed in one process sees what came to another, before and after', async (t) => {
  const { child, url } = await start(t)
  const [first = 0, second = 0] = await childrenOf(child.pid ?? 0)
  /** What is stopped takes no connection: the other one does. */
  const withStopped = async (pid: number, ...asked: Parameters<typeof ask>): Promise<IncomingMessage> => {
    process.kill(pid, 'SIGSTOP')
    const answer = await ask(...asked)
    process.kill(pid, 'SIGCONT')
    return answer
  }
  const sendPast = async (pid: number, messageId: string): Promise<void> => {
    const event = JSON.stringify({ ...validEvents.track, messageId })
    const answer = await withStopped(pid, `${url}/v1/track`, basic('wk_tests_1'), event)
    assert.equal(answer.statusCode, 200)
    answer.resume()
  }
  await sendPast(second, 'm-before')
  const feed = await withStopped(first, `${url}/v1/feed`, basic(SECRET_KEY))
  feed.setEncoding('utf8')
  t.after(() => feed.destroy())
  let seen = ''
  feed.on('data', (text: string) => (seen += text))
  await until(() => seen.includes('m-before'))
  await sendPast(second, 'm-after')
  await until(() => seen.includes('m-after'))
  await sendPast(first, 'm-here')
  await until(() => seen.includes('m-here'))
  assert.equal(seen.match(/^data: /gm)?.length, 3)
})
