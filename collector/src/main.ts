import { runService } from '@leadline/runtime'
import { openStream } from '@leadline/stream'
import { readConfig } from './config.ts'
import { startCollector } from './start-collector.ts'

await runService('collector', async (log) => {
  const settings = await readConfig()
  const stream = await openStream(settings.stream, { appendsIn: 'thread' })
  return await startCollector({ settings, stream, log })
})
