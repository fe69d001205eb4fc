import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { settingsSchema } from '@leadline/contract'
import { runService } from '@leadline/runtime'
import { openStream } from '@leadline/stream'
import { createWarehouse, type WarehouseConnection } from '@leadline/warehouse'
import { z } from 'zod'
import { keepHeapSmall } from '../src/keep-heap-small.ts'
import { startCrmSync } from '../src/start-crm-sync.ts'

const FILE = fileURLToPath(import.meta.url)

const argument = z.object({
  settings: settingsSchema,
  connection: z.object({
    url: z.string(),
    user: z.string(),
    password: z.string(),
    database: z.string(),
  }),
})

/** The sync as a process of its own, for tests that kill it. */
export function forkSync(input: {
  readonly settings: unknown
  readonly connection: WarehouseConnection
}): ChildProcess {
  // Of memory it takes what it takes in production.
  const execArgv = ['--max-semi-space-size=8']
  return fork(FILE, [JSON.stringify(input)], { execArgv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
}

/** SIGKILL, and gone. */
export async function killHard(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

if (process.argv[1] === FILE) {
  keepHeapSmall()
  const { settings, connection } = argument.parse(JSON.parse(process.argv[2] ?? ''))
  await runService('crm-sync', async (log) => {
    const stream = await openStream(settings.stream)
    return await startCrmSync({ settings, stream, warehouse: createWarehouse(connection), log })
  })
}
