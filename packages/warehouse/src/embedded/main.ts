import { runService } from '@leadline/runtime'
import { readConfig } from './config.ts'
import { startEmbeddedServer } from './start.ts'

await runService('clickhouse', async () => {
  const server = await startEmbeddedServer(await readConfig(process.argv[2]))
  return {
    url: server.url,
    report: () => ({ idle: server.inFlight() === 0, steps: {} }),
    stop: server.stop,
  }
})
