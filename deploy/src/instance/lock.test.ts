import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeTemporaryDirectory } from '../../test-support/temporary-directory.ts'
import { lockInstance, type Holder, type LockOptions } from './lock.ts'

const HOLD_LOCK = join(import.meta.dirname, '../../test-support/hold-lock.ts')

const options = (directory: string, holder: Holder, more: Partial<LockOptions> = {}): LockOptions => ({
  path: join(directory, 'lock.db'),
  directory,
  findHolder: () => Promise.resolve(holder),
  waitMs: 15_000,
  onWait: () => undefined,
  ...more,
})
const HEALTHY: Holder = { pid: 4711, healthy: true }
const ENDING: Holder = { pid: 4711, healthy: false }

test('a second start on one directory is refused at once, with the pid of the first', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  const first = await lockInstance(options(directory, HEALTHY))
  await assert.rejects(lockInstance(options(directory, HEALTHY)), {
    message: `another leadline (pid 4711) runs on ${directory}; stop it, or choose another directory with --data DIR`,
  })
  first.release()
  const second = await lockInstance(options(directory, HEALTHY))
  second.release()
})

test('a holder that is ending is waited for', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  const first = await lockInstance(options(directory, ENDING))
  const second = await lockInstance(options(directory, ENDING, { onWait: () => first.release() }))
  second.release()
})

test('a holder that does not end in time is named', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  const first = await lockInstance(options(directory, ENDING))
  await assert.rejects(
    lockInstance(options(directory, ENDING, { waitMs: 50 })),
    /\(pid 4711\) is still ending on/,
  )
  first.release()
})

test('kill -9 frees the lock', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  const holder = spawn(process.execPath, [HOLD_LOCK, join(directory, 'lock.db')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  await assert.rejects(lockInstance(options(directory, HEALTHY)), /another leadline/)
  holder.kill('SIGKILL')
  const lock = await lockInstance(options(directory, ENDING))
  lock.release()
})
