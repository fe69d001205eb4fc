import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { validSettings } from '@leadline/contract/fixtures'
import { openTestWarehouse } from '@leadline/warehouse/test-warehouse'
import { seed } from '../test-support/seed.ts'

const MAIN = join(import.meta.dirname, 'main.ts')

test('as a process it reads with the reader’s rights, tells its address and ends with its parent’s word', async (t) => {
  const testWarehouse = await openTestWarehouse()
  t.after(async () => await testWarehouse.stop())
  await seed(testWarehouse.warehouse)
  const directory = await mkdtemp(join(tmpdir(), 'leadline-console-'))
  t.after(async () => await rm(directory, { recursive: true }))
  const file = join(directory, 'leadline.yaml')
  const { url, user, password, readerPassword } = testWarehouse
  const warehouse =
    readerPassword === ''
      ? { kind: 'clickhouse', url, user, password }
      : { kind: 'embedded', directory, url, user, password: 'not-used-by-the-console', readerPassword }
  await writeFile(file, JSON.stringify({ ...validSettings.least, console: { port: 0 }, warehouse }))
  const child = fork(MAIN, { env: { ...process.env, LEADLINE_CONFIG: file }, silent: true })
  t.after(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const [message] = await once(child, 'message')
  assert.equal(message.type, 'ready', JSON.stringify(message))
  const response = await fetch(`${message.url}/w/default`)
  assert.equal(response.status, 200)
  assert.match(await response.text(), /Overview/)
  child.send({ type: 'stop' })
  assert.deepEqual(await exited, [0, null])
})
