import { runService } from '@leadline/service'
import { readOptions } from './options.ts'
import { startEmbeddedServer } from './start.ts'

await runService('clickhouse', async () => {
  const server = await startEmbeddedServer(await readOptions(process.argv[2], process.env))
  return {
    url: server.url,
    report: () => ({ idle: server.inFlight() === 0, steps: {} }),
    stop: server.stop,
  }
})
