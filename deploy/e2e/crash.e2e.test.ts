import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { assertPortFree, LOOPBACK, toPorts } from '../src/instance/ports.ts'
import { createRandom } from '../src/simulate/seeded-random.ts'
import { callLeadline, startLeadline, type RunningLeadline } from '../test-support/run-leadline.ts'
import { makeTemporaryDirectory } from '../test-support/temporary-directory.ts'
import { until } from '../test-support/until.ts'
import { takeSnapshot, type WorldSnapshot } from './world-snapshot.ts'

/** A longer run: LEADLINE_CRASH_SECONDS=300 LEADLINE_CRASH_KILLS=40 LEADLINE_CRASH_SEED=2. */
const SECONDS = Number(process.env['LEADLINE_CRASH_SECONDS'] ?? 20)
const KILLS = Number(process.env['LEADLINE_CRASH_KILLS'] ?? 6)
const SEED = Number(process.env['LEADLINE_CRASH_SEED'] ?? 1)
const VISITORS = SECONDS * 3

const PARTS = ['collector', 'resolver', 'crm-sync', 'clickhouse', 'sandbox'] as const
const REST_WITHIN_MS = 180_000

test(`kill -9, ${KILLS} times in ${SECONDS} s: nothing is lost, nothing is double, all is as in a quiet run`, async (t) => {
  const quiet = await runQuietly(t)
  const { snapshot, sent, acked } = await runWithKills(t)
  const visible = new Set(snapshot.messageIds)
  assert.equal(visible.size, snapshot.messageIds.length, 'no event is visible twice')
  assert.deepEqual(
    acked.filter((id) => !visible.has(id)),
    [],
    'every acknowledged event is stored',
  )
  assert.deepEqual(
    [...visible].filter((id) => !sent.has(id)),
    [],
    'every stored event was sent',
  )
  for (const [name, rows] of Object.entries(quiet.tables))
    assert.deepEqual(snapshot.tables[name], rows, `${name} are as in the quiet run`)
  for (const [name, records] of Object.entries(quiet.salesforce))
    assert.deepEqual(snapshot.salesforce[name], records, `${name} records are as in the quiet run`)
  t.diagnostic(
    `${visible.size} events, ${snapshot.tables['leads']?.length} leads, ${snapshot.salesforce['Lead']?.length} Salesforce leads`,
  )
})

const START = ['--seed', '7'] as const
const simulation = (...flags: readonly string[]): readonly string[] => [
  'simulate',
  '--seed',
  String(SEED),
  '--visitors',
  String(VISITORS),
  ...flags,
]

async function runQuietly(t: TestContext): Promise<WorldSnapshot> {
  const directory = await makeTemporaryDirectory(t)
  const leadline = await startLeadline(t, directory, '--port', '0', ...START)
  const { exitCode, error } = await callLeadline(...simulation('--data', directory, '--seconds', '2'))
  assert.equal(exitCode, 0, error)
  await restOf(leadline)
  const snapshot = await takeSnapshot(leadline.endpoints)
  assert.equal(await leadline.stop(), 0)
  return snapshot
}

async function runWithKills(t: TestContext) {
  const directory = await makeTemporaryDirectory(t)
  const port = String(await findFreeBase())
  const start = () => startLeadline(t, directory, '--port', port, ...START)
  let leadline = await start()
  const { collector, writeKey } = leadline.endpoints
  const files = { sent: join(directory, 'sent.txt'), acked: join(directory, 'acked.txt') }
  const sending = callLeadline(
    ...simulation('--to', collector, '--key', writeKey, '--seconds', String(SECONDS)),
    ...Object.entries(files).flatMap(([name, file]) => [`--${name}`, file]),
  )
  const random = createRandom(`crashes ${SEED}`)
  for (let kill = 0; kill < KILLS; kill += 1) {
    await delay((SECONDS * 1000 * (0.3 + random.next())) / (KILLS * 1.6))
    const victim = random.pick(['group', 'parent', 'part'])
    if (victim === 'part') await killPart(leadline, random.pick(PARTS))
    else {
      await (victim === 'group' ? leadline.killGroup() : leadline.killParent())
      leadline = await start()
    }
  }
  const { exitCode, error } = await sending
  assert.equal(exitCode, 0, error)
  await restOf(leadline)
  const snapshot = await takeSnapshot(leadline.endpoints)
  assert.equal(await leadline.stop(), 0)
  return { snapshot, sent: new Set(await readIds(files.sent)), acked: await readIds(files.acked) }
}

/** kill -9 of one part; the supervisor starts it again. One that is being started again just now is left alone. */
async function killPart(leadline: RunningLeadline, name: string): Promise<void> {
  const { parts } = await leadline.status()
  const pid = parts.find((part) => part.name === name)?.pid
  if (typeof pid === 'number') process.kill(pid, 'SIGKILL')
}

const restOf = (leadline: RunningLeadline): Promise<void> =>
  until('everything is at rest', async () => (await leadline.status()).idle, REST_WITHIN_MS)

const readIds = async (file: string): Promise<string[]> => (await readFile(file, 'utf8')).trim().split('\n')

/** Five ports in a row: the restarted collector must be where the visitors left it. */
async function findFreeBase(): Promise<number> {
  for (let base = 21_000 + (process.pid % 1000) * 5; ; base += 5) {
    const ports = Object.values(toPorts(base))
    const free = await Promise.allSettled(ports.map((port) => assertPortFree('test', Number(port), LOOPBACK)))
    if (free.every(({ status }) => status === 'fulfilled')) return base
  }
}
