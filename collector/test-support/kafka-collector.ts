import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'node:test'
import { EVENTS_TOPIC, TOPICS, decodeEnvelope } from '@leadline/contract'
import { validEvents, validSettings } from '@leadline/contract/fixtures'
import { openStream, type Stream } from '@leadline/stream'
import { basic } from './test-collector.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 120_000
  while (!(await isTrue())) {
    assert.ok(Date.now() < deadlineMs, `not within two minutes: ${what}`)
    await pause(20)
  }
}

export interface KafkaCollectorOptions {
  readonly brokers: readonly string[]
  readonly replication: number
  /** Of the spool; default a new temporary one. */
  readonly spoolDirectory?: string
  readonly spoolBytes?: number
  /** Size of a file system of its own that the spool then lies on. */
  readonly diskBytes?: number
  readonly execArgv?: readonly string[]
}

/** In name spaces of its own a process may mount a file system; without being root, where the kernel lets it. */
const OWN_MOUNTS = process.getuid?.() === 0 ? '-m' : '-rm'
const ON_A_SMALL_DISK = 'mount -t tmpfs -o "size=$1" none "$2" && shift 2 && exec "$@"'

/** The collector as a process of its own on a real Kafka, with a spool. */
export class KafkaCollector {
  readonly #config: string
  readonly #command: readonly string[]
  readonly #spool: string
  #child: ChildProcess | undefined
  #url = ''

  private constructor(config: string, command: readonly string[], spool: string) {
    this.#config = config
    this.#command = command
    this.#spool = spool
  }

  static async start(t: TestContext, options: KafkaCollectorOptions): Promise<KafkaCollector> {
    const directory = await mkdtemp(join(tmpdir(), 'leadline-kafka-'))
    const { brokers, replication, spoolDirectory = join(directory, 'spool'), spoolBytes } = options
    const stream = {
      kind: 'kafka',
      brokers,
      replication,
      spool: { directory: spoolDirectory, ...(spoolBytes !== undefined && { maxBytes: spoolBytes }) },
    }
    const config = join(directory, 'leadline.yaml')
    await writeFile(config, JSON.stringify({ ...validSettings.least, collector: { port: 0 }, stream }))
    const node = [process.execPath, ...(options.execArgv ?? []), main]
    if (options.diskBytes !== undefined) await mkdir(spoolDirectory)
    const place = [String(options.diskBytes), spoolDirectory]
    const command =
      options.diskBytes === undefined
        ? node
        : ['unshare', OWN_MOUNTS, 'sh', '-c', ON_A_SMALL_DISK, 'sh', ...place, ...node]
    const collector = new KafkaCollector(config, command, spoolDirectory)
    t.after(async () => {
      await collector.kill()
      await rm(directory, { recursive: true, maxRetries: 5 })
    })
    await collector.launch()
    return collector
  }

  get url(): string {
    return this.#url
  }

  async launch(): Promise<void> {
    const env = { ...process.env, LEADLINE_CONFIG: this.#config }
    const [program = '', ...args] = this.#command
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#child = child
    const ended = new AbortController()
    child.once('exit', (code) =>
      ended.abort(new Error(`the collector ended with ${code} before it was ready`)),
    )
    for (;;) {
      const [message] = await once(child, 'message', { signal: ended.signal })
      if (message.type === 'failed') throw new Error(message.message)
      if (message.type !== 'ready') continue
      this.#url = message.url
      return
    }
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name)
  }

  /** A file beside the spool, on the disk that only the collector sees. */
  fileOnDisk(name: string): string {
    return join(`/proc/${this.#child?.pid}/root`, this.#spool, name)
  }

  /** Sends one event; the status of the answer, 0 when there was none. */
  async send(messageId: string, padding = ''): Promise<number> {
    const answer = await this.post(messageId, padding).catch(() => undefined)
    return answer?.status ?? 0
  }

  post(messageId: string, padding = ''): Promise<Response> {
    const body = JSON.stringify({ ...validEvents.track, messageId, properties: { padding } })
    return fetch(`${this.#url}/v1/track`, { method: 'POST', body, headers: basic('wk_tests_1') })
  }

  async isDrained(): Promise<boolean> {
    const answer = await fetch(`${this.#url}/metrics`).catch(() => undefined)
    return /^leadline_collector_spooling 0$/m.test((await answer?.text()) ?? '')
  }
}

export interface Load {
  readonly acknowledged: ReadonlySet<string>
  /** Statuses of all answers, and how many of each. */
  readonly statuses: ReadonlyMap<number, number>
  stop(): Promise<void>
}

/** Some clients, each sending one event after the other, new ones whatever became of the last. */
export function startLoad(collector: KafkaCollector, { name = 'm', clients = 16, padding = '' } = {}): Load {
  const acknowledged = new Set<string>()
  const statuses = new Map<number, number>()
  const end = new AbortController()
  const running = Array.from({ length: clients }, async (_, client) => {
    for (let index = 0; !end.signal.aborted; index += 1) {
      const id = `${name}-${client}-${index}`
      const status = await collector.send(id, padding)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status === 200) acknowledged.add(id)
      await pause(5)
    }
  })
  return {
    acknowledged,
    statuses,
    async stop() {
      end.abort()
      await Promise.all(running)
    },
  }
}

export const openTopics = async (brokers: readonly string[], replication: number): Promise<Stream> => {
  const stream = await openStream({
    kind: 'kafka',
    brokers: [...brokers],
    clientId: 'reader',
    ssl: false,
    replication,
    compression: 'none',
  })
  await stream.admin.ensureTopics(TOPICS)
  return stream
}

/** Waits until every id is in the topic; fails with those that are not. */
export async function requireInTopic(stream: Stream, ids: ReadonlySet<string>): Promise<void> {
  const missing = new Set(ids)
  const consumer = await stream.consume({
    topic: EVENTS_TOPIC,
    group: `reader-${process.hrtime.bigint()}`,
    handle: async ({ values }) => {
      for (const value of values) {
        const decoded = decodeEnvelope(value)
        assert.ok(decoded.ok)
        for (const event of decoded.value.events) missing.delete(String(event['messageId']))
      }
    },
    onFailure: () => undefined,
  })
  const deadlineMs = Date.now() + 120_000
  while (missing.size > 0 && Date.now() < deadlineMs) await pause(50)
  await consumer.stop()
  assert.deepEqual([...missing].slice(0, 5), [], `${missing.size} of ${ids.size} acknowledged ids are lost`)
}
