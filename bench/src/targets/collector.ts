import { startCollector, type CollectorDeps } from '@leadline/collector/start'
import { TOPICS, settingsSchema } from '@leadline/contract'
import { openStream } from '@leadline/stream'
import { BENCH_KEY } from '../payload.ts'
import { serveTarget } from './usage.ts'

/** The collector as it ships, on the embedded log of the directory that is named, or on a stream that keeps nothing. */
const [directory] = process.argv.slice(2)

const nullStream: CollectorDeps['stream'] = {
  append: () => Promise.resolve(),
  admin: {
    ensureTopics: () => Promise.resolve(),
    checkTopics: () => Promise.resolve([]),
    lag: () => Promise.resolve({}),
    applyRetention: () => Promise.resolve(),
  },
  close: () => Promise.resolve(),
}

async function openEmbedded(path: string): Promise<CollectorDeps['stream']> {
  const stream = await openStream({ kind: 'embedded', directory: path, maxBytes: 20 * 1024 ** 3 }, { appendsIn: 'thread' })
  await stream.admin.ensureTopics(TOPICS)
  return stream
}

const settings = settingsSchema.parse({
  workspaces: [{ identityKey: 'identity-key-of-the-bench', writeKeys: [{ name: 'bench', key: BENCH_KEY }] }],
  collector: { port: 0 },
  stream: { kind: 'embedded', directory: directory ?? 'unused' },
  warehouse: { kind: 'clickhouse', url: 'http://127.0.0.1:1' },
})

const complain = (message: string): void => void process.stderr.write(`${message}\n`)
const service = await startCollector({
  settings,
  stream: directory === undefined ? nullStream : await openEmbedded(directory),
  log: {
    info: () => undefined,
    warn: complain,
    error: (message, error) => complain(`${message}: ${String(error)}`),
  },
})
await serveTarget({ url: service.url ?? '', stop: () => service.stop() })
