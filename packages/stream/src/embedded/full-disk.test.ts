import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryDirectory } from '../../test-support/stream-lab.ts'

const run = promisify(execFile)
const CHILD = join(import.meta.dirname, '../../test-support/full-disk-child.ts')
/** In name spaces of its own a process may mount a file system without being root. */
const SCRIPT = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" "$3" "$1" "$4"'

for (const appendsIn of ['loop', 'thread']) {
  test(`on a full disk appends are refused as full, also to a topic first opened then, and go on once there is room (${appendsIn})`, async (t) => {
    const directory = temporaryDirectory(t)
    const args = ['-rm', 'sh', '-c', SCRIPT, 'sh', directory, process.execPath, CHILD, appendsIn]
    const { stdout } = await run('unshare', args)
    const expected = {
      first: 'stored',
      whenFull: 'full',
      whenOpenedFull: 'full',
      afterwards: ['stored', 'stored'],
      missing: 0,
    }
    assert.deepEqual(JSON.parse(stdout), expected)
  })
}
