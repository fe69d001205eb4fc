import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertDiskSpace, MIN_FREE_BYTES } from './disk-space.ts'

const withFreeBytes = (bytes: number) => () => Promise.resolve({ bavail: bytes / 4096, bsize: 4096 })

test('a full disk is named with what is free, what is needed and what to do', async () => {
  await assert.rejects(assertDiskSpace('/data/leadline', withFreeBytes(12 * 1024 ** 2)), {
    message:
      'the disk of /data/leadline is full: 12 MB free, a start needs 512 MB; ' +
      'free some space, or choose a directory on another disk with --data DIR',
  })
})

test('just enough is enough', async () => {
  await assertDiskSpace('/data/leadline', withFreeBytes(MIN_FREE_BYTES))
})
