import assert from 'node:assert/strict'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { makeTemporaryDirectory } from '../../test-support/temporary-directory.ts'
import { buildInstancePaths } from '../instance/instance-paths.ts'
import { findHolder } from '../start/find-holder.ts'
import { askControl } from './ask-control.ts'
import { startControlServer, type Answerer } from './control-server.ts'

async function serve(t: TestContext, answer: Answerer, below = '') {
  const paths = buildInstancePaths(join(await makeTemporaryDirectory(t), below))
  await mkdir(paths.run, { recursive: true })
  const server = await startControlServer(paths, answer)
  t.after(() => server.close())
  const ask = (path: string) => askControl({ control: paths.control, path, timeoutMs: 5000 })
  return { paths, server, ask }
}

const echo: Answerer = (question) =>
  Promise.resolve(question.pathname === '/echo' ? { heard: question.searchParams.get('word') } : undefined)

test('a running instance answers questions', async (t) => {
  const { ask } = await serve(t, echo)
  assert.deepEqual(await ask('/echo?word=hello'), { kind: 'answer', body: { heard: 'hello' } })
})

test('it answers below a path that is too long for a socket as well', async (t) => {
  const { ask, paths } = await serve(t, echo, 'a-rather-long-name/'.repeat(8))
  assert.match(await readFile(paths.control, 'utf8'), /"port":\d+/)
  assert.deepEqual(await ask('/echo?word=far'), { kind: 'answer', body: { heard: 'far' } })
})

test('only who can read its file may ask', async (t) => {
  const { paths } = await serve(t, echo)
  assert.equal((await stat(paths.control)).mode & 0o777, 0o600)
  const call = request({
    socketPath: paths.controlSocket,
    path: '/echo',
    headers: { authorization: 'Bearer guess' },
  }).end()
  const [response]: { statusCode?: number }[] = await once(call, 'response')
  assert.equal(response?.statusCode, 401)
})

test('an unknown question and one that fails are told apart from silence', async (t) => {
  const { ask } = await serve(t, (question) =>
    question.pathname === '/fails'
      ? Promise.reject(new Error('the engine is away'))
      : Promise.resolve(undefined),
  )
  assert.deepEqual(await ask('/nonsense'), {
    kind: 'failed',
    pid: process.pid,
    reason: '{"error":"unknown question"}',
  })
  assert.deepEqual(await ask('/fails'), {
    kind: 'failed',
    pid: process.pid,
    reason: '{"error":"Error: the engine is away"}',
  })
})

test('after it ended nothing runs', async (t) => {
  const { ask, server } = await serve(t, echo)
  await server.close()
  assert.deepEqual(await ask('/echo'), { kind: 'not-running' })
})

test('what a killed instance left behind is not taken for a running one', async (t) => {
  const { ask, server, paths } = await serve(t, echo)
  const left = await readFile(paths.control, 'utf8')
  await server.close()
  await writeFile(paths.control, left)
  assert.deepEqual(await ask('/echo'), { kind: 'not-running' })
  assert.deepEqual(await findHolder(paths.control), { pid: process.pid, healthy: false })
})

test('the holder of a directory is healthy until it stops', async (t) => {
  let stopping = false
  const { paths } = await serve(t, () => Promise.resolve({ pid: 12, stopping }))
  assert.deepEqual(await findHolder(paths.control), { pid: 12, healthy: true })
  stopping = true
  assert.deepEqual(await findHolder(paths.control), { pid: 12, healthy: false })
})
