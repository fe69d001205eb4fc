import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import RudderAnalytics from '@rudderstack/rudder-sdk-node'
import { Analytics } from '@segment/analytics-node'
import { EVENT_TYPES } from '@leadline/contract'
import { publicKey, startTestCollector, type TestCollector } from '../test-support/test-collector.ts'
import { assertStored, specSet, type Peculiarities, type SpecCall } from '../test-support/spec-set.ts'
import { byType, untilStored, type StoredEvent } from '../test-support/stored-events.ts'

const calls = EVENT_TYPES.map((type) => specSet[type])

/** As a user without types writes it. Libraries write into what they are given. */
function callByName(client: object, { type, ...said }: SpecCall, timestamp: unknown = said.timestamp): void {
  const method: unknown = Reflect.get(client, type)
  assert.ok(typeof method === 'function')
  Reflect.apply(method, client, [{ ...structuredClone(said), timestamp }])
}

async function assertAllStored(
  collector: TestCollector,
  peculiarities: Peculiarities = {},
): Promise<readonly StoredEvent[]> {
  const stored = await untilStored(collector, EVENT_TYPES.length)
  for (const type of EVENT_TYPES) assertStored(byType(stored, type), specSet[type], peculiarities)
  return stored
}

test('@segment/analytics-node: what is stored is what was said', async (t) => {
  const collector = await startTestCollector(t)
  const client = new Analytics({ writeKey: publicKey, host: collector.url, flushInterval: 10 })
  for (const call of calls) callByName(client, call)
  await client.closeAndFlush({ timeout: 20_000 })
  const stored = await assertAllStored(collector, { without: ['alias.anonymousId'] })
  assert.ok(stored.every(({ envelope }) => envelope.dialect === 'segment'))
})

test('@segment/analytics-node: the user whom it says in context is looked at, not the server', async (t) => {
  const collector = await startTestCollector(t)
  const client = new Analytics({ writeKey: publicKey, host: collector.url, flushInterval: 10 })
  const userAgent = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
  client.track({ userId: 'u-1', event: 'Seen', context: { ip: '203.0.113.9', userAgent } })
  await client.closeAndFlush({ timeout: 20_000 })
  const [stored] = await untilStored(collector, 1)
  assert.deepEqual(stored?.envelope.subjects, { 0: { address: '203.0.113.0', bot: true } })
})

test('@rudderstack/rudder-sdk-node: what is stored is what was said', async (t) => {
  const collector = await startTestCollector(t)
  const client = new RudderAnalytics(publicKey, {
    dataPlaneUrl: collector.url,
    flushInterval: 50,
    logLevel: 'error',
  })
  for (const call of calls) callByName(client, call, new Date(call.timestamp))
  await client.flush()
  await assertAllStored(collector)
})

const pythonFolder = fileURLToPath(new URL('../../.cache/python', import.meta.url))

async function run(command: string, args: readonly string[], input = ''): Promise<void> {
  const child = spawn(command, args, { env: { ...process.env, PYTHONPATH: pythonFolder }, stdio: 'pipe' })
  const output: string[] = []
  child.stdout.on('data', (chunk) => output.push(String(chunk)))
  child.stderr.on('data', (chunk) => output.push(String(chunk)))
  child.stdin.end(input)
  const [code] = await once(child, 'exit')
  assert.equal(code, 0, output.join(''))
}

const program = `
import json, sys
from datetime import datetime
from segment.analytics import Client
key, host, gzip = sys.argv[1], sys.argv[2], sys.argv[3] == "gzip"
failures = []
client = Client(key, host=host, gzip=gzip, on_error=lambda error, batch: failures.append(str(error)))
renamed = {"userId": "user_id", "anonymousId": "anonymous_id", "groupId": "group_id", "previousId": "previous_id"}
for call in json.load(sys.stdin):
    kind = call.pop("type")
    call["timestamp"] = datetime.fromisoformat(call["timestamp"].replace("Z", "+00:00"))
    if kind == "alias":
        call.pop("anonymousId")
    getattr(client, kind)(**{renamed.get(name, name): value for name, value in call.items()})
client.shutdown()
sys.exit("; ".join(failures) or 0)
`

for (const packing of ['plain', 'gzip']) {
  test(`segment-analytics-python, ${packing}: what is stored is what was said`, async (t) => {
    const collector = await startTestCollector(t)
    if (!existsSync(join(pythonFolder, 'segment')))
      await run('python3', [
        '-m',
        'pip',
        'install',
        '-q',
        '--target',
        pythonFolder,
        'segment-analytics-python==2.4.0',
      ])
    const calls = JSON.stringify(EVENT_TYPES.map((type) => specSet[type]))
    await run('python3', ['-c', program, publicKey, collector.url, packing], calls)
    await assertAllStored(collector, { without: ['alias.anonymousId'] })
  })
}
