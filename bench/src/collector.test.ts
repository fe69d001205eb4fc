import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startProgram } from './child-program.ts'
import { parseMeasurement } from './measurement.ts'
import { parseUsage } from './targets/usage.ts'

test('the generator loads the collector on a real log without errors, and both say what they saw', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-bench-'))
  const target = await startProgram('targets/collector.ts', ['embedded', directory])
  t.after(async () => {
    await target.stop()
    await rm(directory, { recursive: true })
  })
  const generator = await startProgram('load-generator.ts', [target.firstLine, '4', '20', '0.3'])
  await generator.stop()
  const { events, errors } = parseMeasurement(generator.firstLine)
  assert.equal(errors, 0)
  assert.ok(events > 0 && events % 20 === 0)
  assert.ok(parseUsage(await target.ask('usage')).cpuUs > 0)
})
