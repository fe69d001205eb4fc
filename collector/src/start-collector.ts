import { randomBytes, randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import type { Settings } from '@leadline/contract'
import { describeError, type Log, type RunningService } from '@leadline/runtime'
import { StreamUnavailable, type Stream } from '@leadline/stream'
import { getRequestListener } from '@hono/node-server'
import { createApp, type AppDeps } from './app.ts'
import { openEnrichment } from './enrich/open-enrichment.ts'
import { openFeedPage } from './feed/feed-page.ts'
import { createFeed, type Feed } from './feed/feed.ts'
import { createInFlight } from './in-flight.ts'
import { createKeys } from './keys.ts'
import { createAdmission } from './limit/admission.ts'
import { createArrivals } from './limit/arrivals.ts'
import { watchLoopDelay } from './limit/loop-delay.ts'
import { listen } from './listen.ts'
import { createCollectorMetrics, type CollectorMetrics } from './metrics.ts'
import { createNodeDoor } from './node-door.ts'
import { buildEventHandlers } from './routes/collect.ts'
import { collectorTopics } from './open-log.ts'
import type { TakenMessage } from './read-incoming.ts'
import { createRequestIds } from './request-ids.ts'
import { createSink } from './sink.ts'
import type { SpooledStream } from './spool/spooling-stream.ts'
import type { ServedScripts } from './routes/serve-tag.ts'
import { readScriptsBeside, readTag } from './tag.ts'

export interface CollectorDeps {
  readonly settings: Pick<Settings, 'workspaces' | 'collector'>
  /** Closed by the collector when it stops. */
  readonly stream: Pick<Stream, 'append' | 'admin' | 'close'> & Partial<Pick<SpooledStream, 'spool'>>
  readonly log: Log
  /** Among several processes: what makes the metrics of all out of those of this one. */
  readonly shareMetrics?: (snapshot: CollectorMetrics['snapshot']) => CollectorMetrics['text']
  /** The same for what people look at. */
  readonly shareFeed?: (own: Feed) => Feed
}

/** Longest that answers under way are waited for when stopping, in ms. */
const STOP_GRACE_MS = 10_000

const readScripts = async (tagFile: string | undefined): Promise<ServedScripts> =>
  tagFile === undefined
    ? { tag: undefined, scriptsBeside: new Map() }
    : { tag: await readTag(tagFile), scriptsBeside: await readScriptsBeside(tagFile) }

/** Builds the collector around a stream and listens. */
export async function startCollector(collector: CollectorDeps): Promise<RunningService> {
  const { settings, stream, log, shareMetrics, shareFeed = (own) => own } = collector
  const { host, port, tagFile, limits } = settings.collector
  const inFlight = createInFlight(limits.maxBytesUnderWay)
  const loopDelay = watchLoopDelay()
  const own = createCollectorMetrics({ inFlight, loopDelay, spool: stream.spool })
  const metrics = { ...own, text: shareMetrics?.(own.snapshot) ?? own.text }
  let stopping = false
  const deps: AppDeps = {
    keys: createKeys(settings.workspaces, randomBytes(32).toString('hex')),
    sink: createSink({ append: (topic, values) => stream.append(topic, values), metrics, log }),
    ...(await readScripts(tagFile)),
    findProblems: async () => (stopping ? ['it is stopping'] : await checkStream(stream, log)),
    addressPolicy: settings.collector,
    ...(await openEnrichment(settings.collector)),
    feed: shareFeed(createFeed(() => new Date())),
    feedPage: await openFeedPage(),
    publicUrl: settings.collector.publicUrl,
    ...settings.collector.tag,
    cookie: settings.collector.cookie,
    edge: settings.collector.edge,
    now: () => new Date(),
    newId: randomUUID,
    newRequestId: createRequestIds(randomUUID()),
    admission: createAdmission({ limits, loopDelay, nowMs: () => performance.now() }),
    inFlight,
    metrics,
    log,
  }
  const server = await listen(openDoor(deps, limits.maxBytesArriving), { host, port, limits })
  return {
    url: server.url,
    report: () => ({
      idle: inFlight.requests === 0 && (stream.spool?.isDrained ?? true),
      steps: metrics.totals(),
    }),
    stop: async () => {
      stopping = true
      deps.feed.close()
      loopDelay.stop()
      await server.close(STOP_GRACE_MS)
      await stream.close()
    },
  }
}

const openDoor = (deps: AppDeps, maxBytesArriving: number): RequestListener<typeof TakenMessage> =>
  createNodeDoor({
    handlers: buildEventHandlers(deps),
    rest: getRequestListener(createApp(deps).fetch),
    arrivals: createArrivals(maxBytesArriving),
  })

async function checkStream(stream: Pick<Stream, 'admin'>, log: Log): Promise<readonly string[]> {
  try {
    return await stream.admin.checkTopics(collectorTopics)
  } catch (error) {
    log.warn('the stream could not be checked', { error: describeError(error) })
    const isFull = error instanceof StreamUnavailable && error.reason === 'full'
    return [isFull ? 'the stream is full; free space on its disk' : 'the stream does not answer']
  }
}
