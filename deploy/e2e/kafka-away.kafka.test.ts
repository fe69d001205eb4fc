import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startBroker, type Broker } from '@leadline/stream/test-broker'
import { planRequests } from '../src/simulate/plan-requests.ts'
import { callLeadline, callLeadlineDuring, startLeadline } from '../test-support/run-leadline.ts'
import { makeTemporaryDirectory } from '../test-support/temporary-directory.ts'
import { until } from '../test-support/until.ts'
import { assertAsInQuiet, readIds, restOf, type Disturbed } from './compare-worlds.ts'
import { takeSnapshot, type WorldSnapshot } from './world-snapshot.ts'

/** Longer than a member of a group may be silent, and than an append waits. More: LEADLINE_KAFKA_AWAY_SECONDS=40. */
const AWAY_SECONDS = Number(process.env['LEADLINE_KAFKA_AWAY_SECONDS'] ?? 12)
const SEED = 5
const VISITORS = 14
const SENDING_SECONDS = 6
const PROGRESS_WITHIN_MS = 120_000
const START = ['--port', '0', '--seed', '7'] as const
const VISIT = ['simulate', '--seed', String(SEED), '--visitors', String(VISITORS)] as const

test(`the broker is killed and away for ${AWAY_SECONDS} s while all work: the org and the rows are as in a quiet run`, async (t) => {
  const quiet = await runQuietly(t)
  const broker = await startBroker()
  t.after(() => broker.wipe())
  assertAsInQuiet(await runWithoutBroker(t, broker), quiet)
})

async function runQuietly(t: TestContext): Promise<WorldSnapshot> {
  const directory = await makeTemporaryDirectory(t)
  const leadline = await startLeadline(t, directory, ...START)
  const { exitCode, error } = await callLeadline(...VISIT, '--data', directory, '--seconds', '1')
  assert.equal(exitCode, 0, error)
  await restOf(leadline)
  const snapshot = await takeSnapshot(leadline.endpoints)
  assert.equal(await leadline.stop(), 0)
  return snapshot
}

async function runWithoutBroker(t: TestContext, broker: Broker): Promise<Disturbed> {
  const directory = await makeTemporaryDirectory(t)
  const config = join(directory, 'own.yaml')
  const spool = { directory: join(directory, 'spool') }
  await writeFile(
    config,
    JSON.stringify({ stream: { kind: 'kafka', brokers: broker.brokers, replication: 1, spool } }),
  )
  const leadline = await startLeadline(t, directory, ...START, '--config', config)
  const { collector, writeKey } = leadline.endpoints
  const { events } = planRequests({ seed: SEED, visitors: VISITORS, writeKey })
  const [sent, acked] = [join(directory, 'sent.txt'), join(directory, 'acked.txt')]
  const target = ['--to', collector, '--key', writeKey, '--sent', sent, '--acked', acked]
  const sending = callLeadlineDuring(t, ...VISIT, ...target, '--seconds', String(SENDING_SECONDS))
  const isUnderWay = async () => (await readIds(acked)).length > events / 3
  await until('a third is answered', isUnderWay, PROGRESS_WITHIN_MS)
  await broker.node(1).kill()
  // No condition to wait for: that it lasts is what is tested.
  await delay(AWAY_SECONDS * 1000)
  await broker.node(1).start()
  const { exitCode, error } = await sending
  assert.equal(exitCode, 0, error)
  await restOf(leadline)
  const { parts } = await leadline.status()
  for (const { name, restarts } of parts) assert.equal(restarts, 0, `${name} bears it`)
  const snapshot = await takeSnapshot(leadline.endpoints)
  assert.equal(await leadline.stop(), 0)
  return { snapshot, sent: new Set(await readIds(sent)), acked: await readIds(acked) }
}
