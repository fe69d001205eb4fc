import { runService } from '@leadline/runtime'
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
  const sync = await startCrmSync({ settings, stream, warehouse, log })
  return {
    report: () => sync.report(),
    async stop() {
      await sync.stop()
      await stream.close()
      await warehouse.close()
    },
  }
})
