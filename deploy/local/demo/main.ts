import { runService } from '@leadline/runtime'
import { createWarehouse } from '@leadline/warehouse'
import { readPersonOutcome } from '../../src/status/person-outcome.ts'
import { loadDemoSettings, parseDemoOptions } from './config.ts'
import { startDemoSite } from './start-demo-site.ts'

await runService('demo', async () => {
  const { workspaces, warehouse: connection } = await loadDemoSettings()
  const [workspace] = workspaces
  const writeKey = workspace?.writeKeys[0]?.key
  if (!workspace || writeKey === undefined)
    throw new Error('the settings have no write key for the demo site')
  const warehouse = createWarehouse(connection)
  const site = await startDemoSite({
    ...parseDemoOptions(process.argv[2]),
    writeKey,
    outcome: (email) => readPersonOutcome(warehouse, workspace, email),
  })
  return {
    url: site.url,
    report: () => ({ idle: true, steps: {} }),
    async stop() {
      await site.stop()
      await warehouse.close()
    },
  }
})
