import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { makeTemporaryDirectory } from '../../test-support/temporary-directory.ts'
import { awaitPredecessors, toProcessRecord, writeProcesses } from './processes.ts'

async function leaveProcess(t: TestContext) {
  const path = join(await makeTemporaryDirectory(t), 'processes.json')
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  assert.ok(child.pid !== undefined)
  const record = toProcessRecord('resolver', child.pid)
  await writeProcesses(path, [record])
  return { path, child, record }
}

test('a part of the previous run that still lives is named with its pid', async (t) => {
  const { path, child } = await leaveProcess(t)
  await assert.rejects(awaitPredecessors(path, 50), {
    message: `parts of the previous run have not ended: resolver (pid ${child.pid}); end them (kill -9 ${child.pid}) and start again`,
  })
})

test('one that ends in time is waited for, and its record removed', async (t) => {
  const { path, child } = await leaveProcess(t)
  const waiting = awaitPredecessors(path, 15_000)
  child.kill('SIGKILL')
  await waiting
  assert.equal(existsSync(path), false)
})

test('a process that only has the same number is not waited for', async (t) => {
  const { path, record } = await leaveProcess(t)
  await writeProcesses(path, [{ ...record, birth: `${record.birth}1` }])
  await awaitPredecessors(path, 0)
  assert.equal(existsSync(path), false)
})

test('without a previous run there is nothing to wait for', async (t) => {
  await awaitPredecessors(join(await makeTemporaryDirectory(t), 'processes.json'), 0)
})
