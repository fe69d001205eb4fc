import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceReport } from './run-service.ts'
import { createReportRegistry, withMetrics } from './serve-metrics.ts'

const serviceOf = (report: () => ServiceReport) => ({ report, stop: () => Promise.resolve() })

test('serves what a service reports, as it is when it is asked for', async () => {
  let report: ServiceReport = { idle: true, steps: { created: 1 } }
  const service = serviceOf(() => report)
  const running = await withMetrics(service, createReportRegistry('demo', service.report), 0)
  const read = async (path: string) => await fetch(`${running.url}${path}`)
  assert.match(await (await read('/metrics')).text(), /^leadline_demo_steps\{step="created"\} 1$/m)
  report = { idle: false, steps: { waiting: 2 }, problems: ['one'] }
  const text = await (await read('/metrics')).text()
  assert.match(text, /^leadline_demo_steps\{step="waiting"\} 2$/m)
  assert.match(text, /^leadline_demo_idle 0$/m)
  assert.match(text, /^leadline_demo_problems 1$/m)
  assert.doesNotMatch(text, /created/)
  assert.equal((await read('/')).status, 404)
  await running.stop()
  await assert.rejects(read('/metrics'))
})

test('says so when it cannot be read, and nothing is served without a port', async () => {
  const service = serviceOf(() => {
    throw new Error('the log is away')
  })
  const registry = createReportRegistry('demo', service.report)
  const running = await withMetrics(service, registry, 0)
  const answer = await fetch(`${running.url}/metrics`)
  assert.deepEqual([answer.status, await answer.text()], [503, 'the log is away'])
  await running.stop()
  assert.equal((await withMetrics(service, registry, null)).url, undefined)
})
