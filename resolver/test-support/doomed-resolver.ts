import { createLog, runService } from '@leadline/runtime'
import { openStream } from '@leadline/stream'
import { createWarehouse } from '@leadline/warehouse'
import { settingsSchema } from '@leadline/contract'
import { z } from 'zod'
import { startResolver } from '../src/start-resolver.ts'
import { watchWrites } from './watched-writes.ts'

/** The resolver as a process that sends itself a signal at one moment. Its argument is a DoomedTask. */
const task = z
  .object({
    settings: settingsSchema,
    signal: z.enum(['SIGKILL', 'SIGSTOP']),
    at: z.object({ write: z.string(), occurrence: z.number(), when: z.enum(['before', 'after']) }),
  })
  .parse(JSON.parse(process.argv[2] ?? ''))

await runService('resolver', async () => {
  const { settings, at, signal } = task
  const sinks = { warehouse: createWarehouse(settings.warehouse), stream: await openStream(settings.stream) }
  const watched = watchWrites(sinks, ({ write, occurrence, when }) => {
    if (write === at.write && occurrence === at.occurrence && when === at.when)
      process.kill(process.pid, signal)
  })
  const resolver = await startResolver({
    ...watched,
    settings: settings.workspaces,
    log: createLog('resolver', () => undefined),
    now: Date.now,
    gatherMs: 0,
  })
  return {
    report: () => resolver.report(),
    stop: async () => {
      await resolver.stop()
      await sinks.stream.close()
      await sinks.warehouse.close()
    },
  }
})
