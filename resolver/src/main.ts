import { runService } from '@leadline/runtime'
import { openStream } from '@leadline/stream'
import { createWarehouse } from '@leadline/warehouse'
import { readConfig } from './config.ts'
import { startResolver } from './start-resolver.ts'

await runService('resolver', async (log) => {
  const settings = await readConfig()
  const warehouse = createWarehouse(settings.warehouse)
  const stream = await openStream(settings.stream)
  const resolver = await startResolver({
    stream,
    warehouse,
    settings: settings.workspaces,
    metricsPort: settings.resolver.metricsPort,
    log,
    now: Date.now,
  })
  return {
    url: resolver.url,
    report: () => resolver.report(),
    stop: async () => {
      await resolver.stop()
      await stream.close()
      await warehouse.close()
    },
  }
})
