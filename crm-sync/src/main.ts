import { createReportRegistry, runService, withMetrics } from '@leadline/runtime'
import { openStream } from '@leadline/stream'
import { createWarehouse } from '@leadline/warehouse'
import { readConfig } from './config.ts'
import { keepHeapSmall } from './keep-heap-small.ts'
import { startCrmSync } from './start-crm-sync.ts'

keepHeapSmall()
await runService('crm-sync', async (log) => {
  const settings = await readConfig()
  const stream = await openStream(settings.stream)
  const warehouse = createWarehouse(settings.warehouse)
  const started = await startCrmSync({ settings, stream, warehouse, log })
  const registry = createReportRegistry('crm_sync', () => started.report())
  const sync = await withMetrics(started, registry, settings.crmSync.metricsPort)
  return {
    url: sync.url,
    report: () => sync.report(),
    async stop() {
      await sync.stop()
      await stream.close()
      await warehouse.close()
    },
  }
})
