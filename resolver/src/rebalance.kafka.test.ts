import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { EVENTS_TOPIC, TOPICS, type Settings } from '@leadline/contract'
import { openStream } from '@leadline/stream'
import { startBroker, type Broker } from '@leadline/stream/test-broker'
import { z } from 'zod'
import { readAllRows } from '../test-support/all-rows.ts'
import { startDoomedChild } from '../test-support/doomed-child.ts'
import { createRandom, createWorld, shuffle } from '../test-support/random-world.ts'
import { startResolverWith } from '../test-support/resolver-child.ts'
import { isResolved, openLab, type ResolverLab } from '../test-support/resolver-lab.ts'
import { TIGHT_LIMITS, toSettings } from '../test-support/settings.ts'
import { waitUntil } from '../test-support/wait-until.ts'
import { toEnvelope, type Happening } from '../test-support/world.ts'
import { toChunks } from './chunks.ts'

/** The first is resolved in quiet, on a log of its own; the others, of the same world, are many enough for all partitions. */
const WORKSPACES = 5
const PORTIONS = 6
/** Longer than the broker waits for a silent member, and for what had to wait for that. */
const PATIENT_MS = 120_000
const RULES = { qualification: { rules: [{ name: 'clicked', stage: 'clicked', on: { event: 'Clicked' } }] } }
/** Tables that tell how it came about: of passing states that are seen or not. */
const HISTORY = ['identity_log', 'rule_firings']

/** Beside a hostile world, people whom nobody shares anything with: each of their rules can fire for one event only. */
const FANS = Array.from({ length: 12 }, (_, i) => i)
const early: readonly Happening[] = FANS.map((i) => ({
  id: `early-${i}`,
  at: i,
  u: `fan-${i}`,
  a: `own-${i}`,
}))
const late: readonly Happening[] = FANS.map((i) => ({
  id: `late-${i}`,
  at: 500 + i,
  u: `fan-${i}`,
  a: `own-${i}`,
}))
const portions: readonly (readonly Happening[])[] = toChunks(
  shuffle(createRandom(3), createWorld(11, 48)),
  Math.ceil(48 / PORTIONS),
).map((portion, i) => [...portion, ...(i === 0 ? early : []), ...(i === PORTIONS - 1 ? late : [])])

test('resolvers that join, leave, are killed and wake from the dead end as one that was left alone', async (t) => {
  const lab = await openLab(WORKSPACES, TIGHT_LIMITS, RULES)
  t.after(() => lab.close())
  await lab.start()
  for (const portion of portions) await lab.send(portion.map((one) => toEnvelope(1, one)))
  await lab.settle()
  const expected = await readState(lab, 1)

  const broker = await startBroker()
  t.after(() => broker.wipe())
  const settings = toKafkaSettings(lab, broker)
  const stream = await openStream(settings.stream)
  t.after(() => stream.close())
  await stream.admin.ensureTopics(TOPICS)
  const start = async () => {
    const child = await startResolverWith(settings)
    t.after(() => child.kill())
    return child
  }
  const rest = [...portions]
  const sendNext = async (): Promise<void> =>
    await stream.append(
      EVENTS_TOPIC,
      (rest.shift() ?? assert.fail('nothing is left to send')).flatMap((one, i) =>
        Array.from({ length: WORKSPACES - 1 }, (_, w) => ({
          key: `${one.a ?? one.u ?? i}`,
          value: JSON.stringify(toEnvelope(w + 2, one)),
        })),
      ),
    )

  const zombie = startDoomedChild({
    settings,
    signal: 'SIGSTOP',
    at: { write: 'insert identity_assignments', occurrence: 2, when: 'before' },
  })
  t.after(() => zombie.process.kill('SIGKILL'))
  const victim = await start()
  await sendNext()
  await waitUntil('one is stopped on its way to the engine', () => isStopped(zombie.process.pid), PATIENT_MS)
  await sendNext()
  await victim.kill()
  const [leaver, heir] = await Promise.all([start(), start()])
  await sendNext()
  await waitUntil('others have done what the dead had in hand', () => isResolved(stream), PATIENT_MS)
  await sendNext()
  zombie.process.kill('SIGCONT')
  await sendNext()
  assert.equal(await leaver.stop(), 0)
  await sendNext()
  await waitUntil('all is resolved', () => isResolved(stream), PATIENT_MS)
  zombie.process.send({ type: 'stop' })
  assert.equal(await zombie.ended(), null)
  await waitUntil('nothing came after that', () => isResolved(stream), PATIENT_MS)
  assert.equal(await heir.stop(), 0)
  assert.equal(rest.length, 0)

  for (let workspace = 2; workspace <= WORKSPACES; workspace += 1)
    assert.deepEqual(await readState(lab, workspace), expected, `workspace ${workspace}`)
})

function toKafkaSettings({ database }: ResolverLab, broker: Broker): Settings {
  const { url, user, password, readerPassword } = database
  return {
    ...toSettings(WORKSPACES, TIGHT_LIMITS, RULES),
    stream: {
      kind: 'kafka',
      brokers: broker.brokers,
      clientId: 'rebalance',
      ssl: false,
      replication: 1,
      compression: 'none',
      spool: { maxBytes: 2 ** 30, afterMs: 800 },
    },
    warehouse: { kind: 'embedded', directory: 'unused', url, user, password, readerPassword },
  }
}

const isStopped = async (pid: number | undefined): Promise<boolean> =>
  / T /.test((await readFile(`/proc/${pid}/stat`, 'utf8')).slice(0, 60))

/** What is; and of those whom nobody shares anything with, how often each rule fired. */
async function readState({ warehouse }: ResolverLab, ws: number) {
  const rows = Object.entries(await readAllRows(warehouse, ws)).filter(([table]) => !HISTORY.includes(table))
  const firings = await warehouse.query(
    `SELECT rule, lead_id, uniqExact(message_id) AS times FROM rule_firings FINAL WHERE ws = {ws:UInt32} AND lead_id IN
       (SELECT node_id FROM identity_nodes WHERE ws = {ws:UInt32} AND value LIKE 'fan-%')
     GROUP BY rule, lead_id ORDER BY rule, lead_id`,
    { row: z.object({ rule: z.string(), lead_id: z.string(), times: z.coerce.number() }), params: { ws } },
  )
  assert.equal(firings.length, FANS.length)
  for (const { times } of firings) assert.equal(times, 1)
  return { ...Object.fromEntries(rows), firings }
}
