import { runService } from '@leadline/runtime'
import { readStartOptions } from './config.ts'
import { startSandboxOrg } from './start-sandbox-org.ts'

await runService('salesforce-sandbox', async (log) => {
  const org = await startSandboxOrg({
    ...readStartOptions(),
    now: Date.now,
    onError: (error) => log.error('a request failed inside the org', error),
  })
  return {
    url: org.url,
    report: () => {
      const { requests, records } = org.admin.stats()
      return { idle: true, steps: { requests, records } }
    },
    stop: async () => await org.stop(),
  }
})
