import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test, type TestContext } from 'node:test'
import {
  beginStart,
  callLeadline,
  callLeadlineWith,
  interruptStart,
} from '../../test-support/run-leadline.ts'
import { makeTemporaryDirectory } from '../../test-support/temporary-directory.ts'
import { until } from '../../test-support/until.ts'
import { startControlServer } from '../control/control-server.ts'
import { buildInstancePaths } from '../instance/instance-paths.ts'
import { lockInstance } from '../instance/lock.ts'
import { isAlive, readProcesses } from '../instance/processes.ts'
import { keepSecrets, readSecrets } from '../instance/secrets.ts'

/** The environment of a process that first loads a file of test-support. */
const loading = (file: string) => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, '../../test-support', file)).href}`,
})

async function occupyPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}

test('a port in use is one clear line, and nothing is left that looks ready', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  const port = await occupyPort(t)
  await writeFile(join(directory, 'endpoints.json'), '{}')
  const { exitCode, output, error } = await callLeadline('start', '--data', directory, '--port', String(port))
  assert.equal(exitCode, 1)
  assert.equal(
    error,
    `leadline: port 127.0.0.1:${port} is in use (collector). Stop what listens there, or choose other ports with --port N ` +
      '(the other parts take N+1 to N+4; 0 picks free ones)\n',
  )
  assert.doesNotMatch(output, /ready/)
  assert.equal(existsSync(join(directory, 'endpoints.json')), false)
})

test('a second start on one directory is one clear line, and so is a reset', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  const paths = buildInstancePaths(directory)
  await mkdir(paths.run)
  await keepSecrets(paths.secrets, 1)
  const findHolder = () => Promise.resolve({ pid: undefined, healthy: true })
  const lock = await lockInstance({
    path: paths.lock,
    directory,
    findHolder,
    waitMs: 0,
    onWait: () => undefined,
  })
  const control = await startControlServer(paths, () =>
    Promise.resolve({ pid: process.pid, stopping: false }),
  )
  const { exitCode, error } = await callLeadline('start', '--data', directory, '--port', '0')
  const resetting = await callLeadline('reset', '--data', directory)
  await control.close()
  lock.release()
  const line = `leadline: another leadline (pid ${process.pid}) runs on ${directory}; stop it, or choose another directory with --data DIR\n`
  assert.deepEqual({ exitCode, error }, { exitCode: 1, error: line })
  assert.deepEqual(resetting, { exitCode: 1, output: '', error: line })
  assert.ok(await readSecrets(paths.secrets))
})

test('a platform without chDB is one clear line that says what to do', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  const { exitCode, error } = await callLeadlineWith(loading('without-chdb.mjs'), [
    'start',
    '--data',
    directory,
    '--port',
    '0',
  ])
  assert.equal(exitCode, 1)
  const line = error.split('\n').find((text) => text.startsWith('leadline:'))
  assert.match(
    line ?? '',
    /^leadline: clickhouse could not start: the embedded ClickHouse \(chDB\) cannot be loaded on .* ClickHouse server$/,
  )
})

test('a full disk is one clear line, and nothing was made but its directory', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  const argv = ['start', '--data', directory, '--port', '0']
  assert.deepEqual(await callLeadlineWith(loading('full-disk.mjs'), argv), {
    exitCode: 1,
    output: '',
    error:
      `leadline: the disk of ${directory} is full: 12 MB free, a start needs 512 MB; ` +
      'free some space, or choose a directory on another disk with --data DIR\n',
  })
  assert.equal(existsSync(buildInstancePaths(directory).secrets), false)
})

test('wrong settings stop the start before anything runs', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  const config = join(directory, 'own.yaml')
  await writeFile(config, 'collector: { adress: drop }\n')
  const { exitCode, output, error } = await callLeadline(
    'start',
    '--data',
    directory,
    '--config',
    config,
    '--port',
    '0',
  )
  assert.equal(exitCode, 1)
  assert.equal(
    error,
    'leadline: the settings are wrong:\n  collector.adress: unknown key; did you mean address?\n',
  )
  assert.doesNotMatch(output, /ready/)
})

test('Ctrl-C while it starts stops what has started', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  const { exitCode, output, error } = await interruptStart(t, directory, /sandbox +ready/)
  assert.equal(error, '')
  assert.equal(exitCode, 0)
  assert.match(output, /Stopped\.\n$/)
  assert.equal(existsSync(join(directory, 'endpoints.json')), false)
})

test('a second Ctrl-C does not wait for a part that hangs, and leaves no process behind', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  const paths = buildInstancePaths(directory)
  const start = await beginStart(t, directory, /sandbox +ready/)
  const parts = await readProcesses(paths.processes)
  const hanging = parts.find(({ name }) => name === 'sandbox') ?? assert.fail('no sandbox')
  process.kill(hanging.pid, 'SIGSTOP')
  start.interrupt()
  await until('it stops', () => start.output().includes('Stopping'))
  assert.ok(isAlive(hanging))
  // What comes within a second may be the same press, passed on by npm: press until it counts, and no longer, for a
  // process that is about to end dies of it.
  const pressing = setInterval(() => isAlive(hanging) && start.interrupt(), 300)
  const { exitCode, output, error } = await start.ended()
  clearInterval(pressing)
  assert.deepEqual({ exitCode, error }, { exitCode: 0, error: '' })
  assert.match(output, /Stopped\.\n$/)
  assert.deepEqual(parts.filter(isAlive), [])
})

test('reset deletes what start made, and nothing else', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  await interruptStart(t, directory, /sandbox +ready/)
  await writeFile(join(directory, 'notes.txt'), 'mine')
  const { secrets } = buildInstancePaths(directory)
  assert.ok(await readSecrets(secrets))
  const { exitCode, output } = await callLeadline('reset', '--data', directory)
  assert.equal(exitCode, 0)
  assert.equal(output, `Deleted the data of ${directory}.\n`)
  assert.deepEqual(await readdir(directory), ['notes.txt'])
})
