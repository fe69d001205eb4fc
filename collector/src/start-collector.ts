import { randomBytes, randomUUID } from 'node:crypto'
import { DEAD_TOPIC, EVENTS_TOPIC, TOPICS, type Settings } from '@leadline/contract'
import { describeError, type Log, type RunningService } from '@leadline/runtime'
import type { Stream } from '@leadline/stream'
import { getRequestListener } from '@hono/node-server'
import { createApp, type AppDeps } from './app.ts'
import { openEnrichment } from './enrich/open-enrichment.ts'
import { openFeedPage } from './feed/feed-page.ts'
import { createFeed } from './feed/feed.ts'
import { createInFlight } from './in-flight.ts'
import { createKeys } from './keys.ts'
import { listen } from './listen.ts'
import { createCollectorMetrics } from './metrics.ts'
import { createNodeDoor } from './node-door.ts'
import { buildEventHandlers } from './routes/collect.ts'
import { createSink } from './sink.ts'
import { readTag } from './tag.ts'

export interface CollectorDeps {
  readonly settings: Pick<Settings, 'workspaces' | 'collector'>
  /** Closed by the collector when it stops. */
  readonly stream: Pick<Stream, 'append' | 'admin' | 'close'>
  readonly log: Log
}

/** Bytes of bodies that may be under way at once. Parsed, they take a few times as much memory. */
const MAX_BYTES_IN_FLIGHT = 32 * 1024 * 1024
/** Longest that answers under way are waited for when stopping, in ms. */
const STOP_GRACE_MS = 10_000

const topics = TOPICS.filter(({ name }) => name === EVENTS_TOPIC || name === DEAD_TOPIC)

/** Builds the collector around a stream and listens. */
export async function startCollector({ settings, stream, log }: CollectorDeps): Promise<RunningService> {
  const { host, port, tagFile } = settings.collector
  const inFlight = createInFlight(MAX_BYTES_IN_FLIGHT)
  const metrics = createCollectorMetrics(inFlight)
  let stopping = false
  const deps: AppDeps = {
    keys: createKeys(settings.workspaces, randomBytes(32).toString('hex')),
    sink: createSink({ append: (topic, values) => stream.append(topic, values), metrics, log }),
    tag: tagFile === undefined ? undefined : await readTag(tagFile),
    findProblems: async () => (stopping ? ['it is stopping'] : await checkStream(stream, log)),
    addressPolicy: settings.collector,
    ...(await openEnrichment(settings.collector)),
    feed: createFeed(() => new Date()),
    feedPage: await openFeedPage(),
    publicUrl: settings.collector.publicUrl,
    ...settings.collector.tag,
    cookie: settings.collector.cookie,
    edge: settings.collector.edge,
    now: () => new Date(),
    newId: randomUUID,
    inFlight,
    metrics,
    log,
  }
  const app = createApp(deps)
  const door = createNodeDoor(buildEventHandlers(deps), getRequestListener(app.fetch))
  const server = await listen(door, { host, port })
  return {
    url: server.url,
    report: () => ({ idle: inFlight.requests === 0, steps: metrics.totals() }),
    stop: async () => {
      stopping = true
      deps.feed.close()
      await server.close(STOP_GRACE_MS)
      await stream.close()
    },
  }
}

async function checkStream(stream: Pick<Stream, 'admin'>, log: Log): Promise<readonly string[]> {
  try {
    return await stream.admin.checkTopics(topics)
  } catch (error) {
    log.warn('the stream could not be checked', { error: describeError(error) })
    return ['the stream does not answer']
  }
}
