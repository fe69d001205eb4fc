import assert from 'node:assert/strict'
import { open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeTemporaryDirectory } from '../../test-support/temporary-directory.ts'
import { cutDown, setAside } from './log-files.ts'

test('a log that grew too large while it is written goes on empty, and the former lines are beside it', async (t) => {
  const path = join(await makeTemporaryDirectory(t), 'collector.log')
  const writer = await open(path, 'a')
  await writer.write('old line\n')
  await cutDown(path, 100)
  assert.equal(await readFile(path, 'utf8'), 'old line\n')
  await cutDown(path, 5)
  await writer.write('new line\n')
  await writer.close()
  assert.equal(await readFile(path, 'utf8'), 'new line\n')
  assert.equal(await readFile(`${path}.1`, 'utf8'), 'old line\n')
})

test('a large log is set aside before its process starts, and none is none', async (t) => {
  const path = join(await makeTemporaryDirectory(t), 'resolver.log')
  await setAside(path, 5)
  await writeFile(path, 'old line\n')
  await setAside(path, 5)
  assert.equal(await readFile(`${path}.1`, 'utf8'), 'old line\n')
  await assert.rejects(readFile(path), /ENOENT/)
})
