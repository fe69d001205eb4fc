import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { GROUPS } from '@leadline/contract'
import { openStream } from '@leadline/stream'
import { assertPortFree, LOOPBACK, toPorts } from '../src/instance/ports.ts'
import { planRequests } from '../src/simulate/plan-requests.ts'
import { readLags } from '../src/status/read-lags.ts'
import {
  callLeadline,
  callLeadlineDuring,
  startLeadline,
  type RunningLeadline,
} from '../test-support/run-leadline.ts'
import { makeTemporaryDirectory } from '../test-support/temporary-directory.ts'
import { until } from '../test-support/until.ts'
import { assertAsInQuiet, readIds, restOf, type Disturbed } from './compare-worlds.ts'
import { planKills, type Victim } from './plan-kills.ts'
import { takeSnapshot, type WorldSnapshot } from './world-snapshot.ts'

/** A longer run: LEADLINE_CRASH_SECONDS=300 LEADLINE_CRASH_ROUNDS=20 LEADLINE_CRASH_SEED=2. */
const SECONDS = Number(process.env['LEADLINE_CRASH_SECONDS'] ?? 20)
const ROUNDS = Number(process.env['LEADLINE_CRASH_ROUNDS'] ?? 3)
const SEED = Number(process.env['LEADLINE_CRASH_SEED'] ?? 1)
const VISITORS = SECONDS * 3
/** About what a restart takes. Visitors keep coming meanwhile: without this the last kills would meet no traffic any more. */
const RESTART_SECONDS = 6

const PROGRESS_WITHIN_MS = 120_000

test(`kill -9 under ${SECONDS} s of traffic: nothing is lost, nothing is double, all is as in a quiet run`, async (t) => {
  t.diagnostic(
    `LEADLINE_CRASH_SEED=${SEED} LEADLINE_CRASH_SECONDS=${SECONDS} LEADLINE_CRASH_ROUNDS=${ROUNDS}`,
  )
  const quiet = await runQuietly(t)
  const disturbed = await runWithKills(t)
  assertAsInQuiet(disturbed, quiet)
  const { snapshot } = disturbed
  t.diagnostic(
    `${snapshot.messageIds.length} events, ${snapshot.tables['leads']?.length} leads, ${snapshot.salesforce['Lead']?.length} Salesforce leads`,
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

async function runWithKills(t: TestContext): Promise<Disturbed> {
  const directory = await makeTemporaryDirectory(t)
  const port = String(await findFreeBase())
  const start = () => startLeadline(t, directory, '--port', port, ...START)
  let leadline = await start()
  const { collector, writeKey } = leadline.endpoints
  const { events } = planRequests({ seed: SEED, visitors: VISITORS, writeKey })
  const files = { sent: join(directory, 'sent.txt'), acked: join(directory, 'acked.txt') }
  const startedAt = performance.now()
  const sending = callLeadlineDuring(
    t,
    ...simulation(
      '--to',
      collector,
      '--key',
      writeKey,
      '--seconds',
      String(SECONDS + ROUNDS * RESTART_SECONDS),
    ),
    ...Object.entries(files).flatMap(([name, file]) => [`--${name}`, file]),
  )
  let isOver = false
  const over = sending.then(() => (isOver = true))
  for (const { victim, share } of planKills(SEED, ROUNDS)) {
    const pid = isPart(victim) ? await findPart(leadline, victim) : undefined
    const isThere = async () => (await readIds(files.acked)).length >= share * events
    await until(`${share * events} events are answered`, isThere, PROGRESS_WITHIN_MS)
    const lags = await untilInserting(directory, () => isOver)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    else await (victim === 'parent' ? leadline.killParent() : leadline.killGroup())
    t.diagnostic(
      `${seconds} s, ${(share * 100).toFixed(1)} % of ${events} events: kill -9 ${victim}; behind: ${lags}`,
    )
    if (pid === undefined) leadline = await start()
  }
  await over
  const { exitCode, error } = await sending
  assert.equal(exitCode, 0, error)
  await restOf(leadline)
  const snapshot = await takeSnapshot(leadline.endpoints)
  assert.equal(await leadline.stop(), 0)
  return { snapshot, sent: new Set(await readIds(files.sent)), acked: await readIds(files.acked) }
}

const isPart = (victim: Victim): boolean => victim !== 'group' && victim !== 'parent'

/** Its pid, once it is not being started again any more. */
async function findPart(leadline: RunningLeadline, name: Victim): Promise<number> {
  let pid: number | null = null
  await until(`${name} runs`, async () => {
    const part = (await leadline.status()).parts.find((candidate) => candidate.name === name)
    pid = part?.phase === 'ready' ? part.pid : null
    return pid !== null
  })
  return pid ?? assert.fail(`${name} has no process`)
}

/**
 * Waits until events are durable in the log and their rows are not yet known to be in the warehouse: the insert is due or
 * under way. The log is closed again before the kill, so that the next start has to recover it alone. Resolves to the
 * chunks that each group is behind, in words. On a machine so slow that the visitors are through before, nothing is due.
 */
async function untilInserting(directory: string, isOver: () => boolean): Promise<string> {
  const stream = await openStream({
    kind: 'embedded',
    directory: join(directory, 'stream'),
    maxBytes: Number.MAX_SAFE_INTEGER,
  })
  try {
    let behind: (readonly [group: string, chunks: number])[] = []
    await until('an insert is in flight', async () => {
      behind = Object.entries(await readLags(stream.admin)).map(([group, lag]) => [
        group,
        Object.values(lag).reduce((sum, chunks) => sum + chunks, 0),
      ])
      return isOver() || behind.some(([group, chunks]) => group === GROUPS.store && chunks > 0)
    })
    return behind.map(([group, chunks]) => `${group} ${chunks}`).join(', ')
  } finally {
    await stream.close()
  }
}

/** Five ports in a row: the restarted collector must be where the visitors left it. */
async function findFreeBase(): Promise<number> {
  for (let base = 21_000 + (process.pid % 1000) * 5; ; base += 5) {
    const ports = Object.values(toPorts(base))
    const free = await Promise.allSettled(ports.map((port) => assertPortFree('test', Number(port), LOOPBACK)))
    if (free.every(({ status }) => status === 'fulfilled')) return base
  }
}
