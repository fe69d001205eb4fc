import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBroker } from '@leadline/stream/test-broker'
import { assertStoredOnce, startEventLoad } from '../test-support/acknowledged-events.ts'
import { startLeadline } from '../test-support/run-leadline.ts'
import { makeTemporaryDirectory } from '../test-support/temporary-directory.ts'

const NODES = [1, 2, 3]

test('brokers paused, killed, stopped under load: what was answered 200 is in ClickHouse, once', async (t) => {
  const broker = await startBroker({ nodes: NODES.length })
  t.after(() => broker.wipe())
  const directory = await makeTemporaryDirectory(t)
  const config = join(directory, 'own.yaml')
  const stream = { kind: 'kafka', brokers: broker.brokers, replication: NODES.length }
  await writeFile(config, JSON.stringify({ stream }))
  const leadline = await startLeadline(t, directory, '--port', '0', '--config', config)
  const load = startEventLoad(leadline.endpoints)
  await load.more(100)
  // All of them: nothing is confirmed, the spool takes it.
  for (const node of NODES) broker.node(node).pause()
  await load.more(300)
  const metrics = await (await fetch(`${leadline.endpoints.collector}/metrics`)).text()
  assert.match(metrics, /^leadline_collector_spooling 1$/m)
  for (const node of NODES) broker.node(node).resume()
  await load.more(100)
  // Eight partitions on three nodes: each leads some, and others take over.
  await broker.node(1).kill()
  await load.more(300)
  await broker.node(1).start()
  await broker.node(2).stop()
  await load.more(200)
  await broker.node(2).start()
  await load.more(100)
  await load.stop()
  assert.deepEqual([...load.statuses.keys()], [200])
  await assertStoredOnce(leadline.endpoints, load.acknowledged)
  assert.equal(await leadline.stop(), 0)
})
