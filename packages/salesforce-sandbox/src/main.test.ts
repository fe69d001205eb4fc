import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

const MAIN = join(import.meta.dirname, 'main.ts')
const OPTIONS = JSON.stringify({ port: 0, clockMode: 'wall' })
const CLIENT = { LEADLINE_SANDBOX_CLIENT_ID: 'client', LEADLINE_SANDBOX_CLIENT_SECRET: 'kept to itself' }

function start(t: TestContext, environment: Readonly<Record<string, string>>): ChildProcess {
  const child = fork(MAIN, [OPTIONS], { env: environment, silent: true })
  t.after(() => child.kill('SIGKILL'))
  return child
}

test('as a process the org takes its client from the environment, and lets it in', async (t) => {
  const child = start(t, CLIENT)
  const [ready] = await once(child, 'message')
  assert.equal(ready.type, 'ready')
  const response = await fetch(`${ready.url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: CLIENT.LEADLINE_SANDBOX_CLIENT_ID,
      client_secret: CLIENT.LEADLINE_SANDBOX_CLIENT_SECRET,
    }),
  })
  assert.equal(response.status, 200)
})

test('without a client the start fails and names what is missing', async (t) => {
  const child = start(t, {})
  const messages: unknown[] = []
  child.on('message', (message) => messages.push(message))
  const [code] = await once(child, 'close')
  assert.equal(code, 1)
  assert.match(JSON.stringify(messages), /environment is not valid.*LEADLINE_SANDBOX_CLIENT_SECRET/)
})
