import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { TOPICS } from '@leadline/contract'
import { validEvents, validSettings } from '@leadline/contract/fixtures'
import { openStream } from '@leadline/stream'
import { basic } from '../test-support/test-collector.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

async function start(t: TestContext, directory: string): Promise<ChildProcess> {
  const config = join(directory, 'leadline.yaml')
  const settings = {
    ...validSettings.least,
    collector: { port: 0 },
    stream: { kind: 'embedded', directory: join(directory, 'stream') },
  }
  await writeFile(config, JSON.stringify(settings))
  const child = fork(main, { env: { ...process.env, LEADLINE_CONFIG: config }, silent: true })
  t.after(() => child.kill('SIGKILL'))
  return child
}

test('as a process it says where it listens, stores, and stops on its parent’s word', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-main-'))
  t.after(() => rm(directory, { recursive: true }))
  const stream = await openStream({
    kind: 'embedded',
    directory: join(directory, 'stream'),
    maxBytes: 1024 ** 3,
  })
  await stream.admin.ensureTopics(TOPICS)
  await stream.close()
  const child = await start(t, directory)
  const [ready] = await once(child, 'message')
  assert.equal(ready.type, 'ready')
  const answer = await fetch(`${ready.url}/v1/track`, {
    method: 'POST',
    body: JSON.stringify(validEvents.track),
    headers: basic('wk_tests_1'),
  })
  assert.equal(answer.status, 200)
  const left = once(child, 'exit')
  child.send({ type: 'stop' })
  assert.deepEqual(await left, [0, null])
})
