import { runService } from '@leadline/runtime'
import { readConfig } from './config.ts'
import { openLog } from './open-log.ts'
import { startCollector } from './start-collector.ts'

await runService('collector', async (log) => {
  const settings = await readConfig()
  const stream = await openLog(settings.stream, log)
  return await startCollector({ settings, stream, log })
})
