import cluster from 'node:cluster'
import { fileURLToPath } from 'node:url'
import { runService } from '@leadline/runtime'
import { shareFeed } from './cluster/share-feed.ts'
import { shareMetrics } from './cluster/share-metrics.ts'
import { startCluster } from './cluster/start-cluster.ts'
import { readConfig } from './config.ts'
import { letHeapGrow } from './let-heap-grow.ts'
import { openLog } from './open-log.ts'
import { startCollector } from './start-collector.ts'

letHeapGrow()
await runService('collector', async (log) => {
  const settings = await readConfig()
  const { processes } = settings.collector
  if (processes > 1 && cluster.isPrimary) {
    const forward = (message: object): void => void process.send?.(message)
    return await startCluster({ processes, entry: fileURLToPath(import.meta.url), log, forward })
  }
  const stream = await openLog(settings.stream, log)
  return await startCollector({ settings, stream, log, ...(cluster.isWorker && { shareMetrics, shareFeed }) })
})
