import { letHeapGrow } from '@leadline/collector/let-heap-grow'
import { startCollector, type CollectorDeps } from '@leadline/collector/start'
import { TOPICS, settingsSchema } from '@leadline/contract'
import { openStream } from '@leadline/stream'
import { BENCH_KEY } from '../payload.ts'
import { serveTarget } from './usage.ts'

/**
 * `targets/collector.ts [embedded DIRECTORY | kafka BROKER]`: the collector as it ships, on that log, or on a stream that
 * keeps nothing.
 */
const [kind, place = 'unused'] = process.argv.slice(2)
const stream =
  kind === 'kafka' ? { kind, brokers: [place], replication: 1 } : { kind: 'embedded', directory: place }

const nullStream: CollectorDeps['stream'] = {
  append: () => Promise.resolve(),
  admin: {
    ensureTopics: () => Promise.resolve(),
    checkTopics: () => Promise.resolve([]),
    lag: () => Promise.resolve({}),
    ends: () => Promise.resolve({}),
    applyRetention: () => Promise.resolve(),
  },
  close: () => Promise.resolve(),
}

async function openLog(): Promise<CollectorDeps['stream']> {
  const opened = await openStream(settings.stream, { appendsIn: 'thread' })
  await opened.admin.ensureTopics(TOPICS)
  return opened
}

letHeapGrow()
const settings = settingsSchema.parse({
  workspaces: [{ identityKey: 'identity-key-of-the-bench', writeKeys: [{ name: 'bench', key: BENCH_KEY }] }],
  collector: { port: 0 },
  stream,
  warehouse: { kind: 'clickhouse', url: 'http://127.0.0.1:1' },
})

const complain = (message: string): void => void process.stderr.write(`${message}\n`)
const service = await startCollector({
  settings,
  stream: kind === undefined ? nullStream : await openLog(),
  log: {
    info: () => undefined,
    warn: complain,
    error: (message, error) => complain(`${message}: ${String(error)}`),
  },
})
await serveTarget({ url: service.url ?? '', stop: () => service.stop() })
