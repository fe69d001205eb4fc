import { runService } from '@leadline/runtime'
import { readConfig } from './config.ts'
import { startConsole } from './start-console.ts'

await runService('console', async (log) => await startConsole(await readConfig(), log))
