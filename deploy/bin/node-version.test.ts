import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '../..')
const OLD_NODE = pathToFileURL(join(import.meta.dirname, '../test-support/old-node.mjs')).href
const VERSION_CHECK = join(import.meta.dirname, 'node-version.mjs')
const LINE =
  'leadline needs Node 24 or newer; this is 20.20. `npm ci` brings it (package "node"): run `npm ci` without --ignore-scripts, then start through `npm run`.\n'

function run(command: string, args: readonly string[], nodeOptions = '') {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: nodeOptions },
  })
  return { exitCode: status, output: stdout, error: stderr }
}

test('an older Node gets one line and exit code 1', () => {
  assert.deepEqual(run(process.execPath, ['--import', OLD_NODE, VERSION_CHECK]), {
    exitCode: 1,
    output: '',
    error: LINE,
  })
})

test('this Node gets none', () => {
  assert.deepEqual(run(process.execPath, [VERSION_CHECK]), { exitCode: 0, output: '', error: '' })
})

for (const script of ['start', 'leadline', 'test']) {
  test(`npm run ${script} with a Node that cannot run .ts prints that line, and no stack`, () => {
    const { exitCode, error } = run('npm', ['run', '-s', script], `--no-strip-types --import=${OLD_NODE}`)
    assert.equal(exitCode, 1)
    assert.ok(error.includes(LINE), error)
    assert.doesNotMatch(error, /\n\s+at |ERR_/)
  })
}
