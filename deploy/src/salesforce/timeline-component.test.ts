import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

const PROJECT = join(import.meta.dirname, '../../salesforce')

/** The tests of the Lightning component have a runner of their own, which knows its compiler and stubs. */
test('the timeline component passes its own tests', async () => {
  const runner = dirname(createRequire(import.meta.url).resolve('@salesforce/sfdx-lwc-jest/package.json'))
  const { code, output } = await run([join(runner, 'bin/sfdx-lwc-jest')])
  assert.equal(code, 0, output)
  assert.match(output, /Tests: +7 passed/)
})

const run = (args: readonly string[]): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const options = { cwd: PROJECT, timeout: 60_000, env: { ...process.env, NODE_TEST_CONTEXT: undefined } }
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, output: stdout + stderr }),
    )
  })
