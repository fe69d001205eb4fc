import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { EVENTS_TOPIC, TOPICS, type Settings } from '@leadline/contract'
import { createLog } from '@leadline/runtime'
import { openStream, type Stream } from '@leadline/stream'
import { z } from 'zod'
import { readAllRows } from '../test-support/all-rows.ts'
import { startDoomedChild } from '../test-support/doomed-child.ts'
import { createOperator } from '../test-support/operator.ts'
import { isResolved, openLab, readChanges, readWork, type ResolverLab } from '../test-support/resolver-lab.ts'
import { toSettings } from '../test-support/settings.ts'
import { waitUntil } from '../test-support/wait-until.ts'
import { watchWrites, type WriteMoment } from '../test-support/watched-writes.ts'
import { MINUTE_MS, NOON_MS, toEnvelope, type Happening } from '../test-support/world.ts'
import { sendCommand, type OperatorPlan, type OperatorRequest } from './control/operate.ts'
import { startResolver } from './start-resolver.ts'

const url = (path: string) => ({ properties: { url: `https://shop.test/${path}` } })

/** A visitor nobody knows yet, a user under an old name, a computer of one user, a group of one. */
const EARLIER: readonly Happening[] = [
  { id: 'a1', at: 0, type: 'page', a: 'phone', fields: url('a?utm_source=news') },
  { id: 'a2', at: 5, type: 'page', a: 'phone', fields: url('b') },
  { id: 'a3', at: 50, type: 'page', a: 'phone', fields: url('c') },
  { id: 'a4', at: 60, type: 'identify', u: 'old-ann', a: 'laptop', traits: { name: 'Ann' } },
  { id: 'a5', at: 70, type: 'identify', u: 'bob', m: 'bob@acme.io', a: 'family' },
  { id: 'a6', at: 72, type: 'page', a: 'family', fields: url('d') },
  { id: 'a7', at: 80, type: 'group', u: 'bob', fields: { groupId: 'acme' }, traits: { name: 'Acme' } },
  { id: 'a8', at: 82, type: 'identify', u: 'eve', m: 'eve@beta.io' },
  { id: 'a9', at: 84, type: 'identify', m: 'eve@beta.io' },
]
/** Facts that move all of it: a late identify, an alias, a second user of the computer, a page that joins two sessions. */
const LATER: readonly Happening[] = [
  { id: 'b1', at: 28, type: 'page', a: 'phone', fields: url('e') },
  { id: 'b2', at: 90, type: 'identify', u: 'ann', m: 'ann@annlee.io', a: 'phone', traits: { plan: 'Team' } },
  { id: 'b3', at: 95, type: 'alias', u: 'ann', previous: 'old-ann', trust: 'secret' },
  { id: 'b4', at: 130, type: 'identify', u: 'cleo', m: 'cleo@acme.io', a: 'family' },
  {
    id: 'b5',
    at: 135,
    type: 'group',
    u: 'cleo',
    trust: 'secret',
    fields: { groupId: 'acme' },
    traits: { domain: 'acme.io' },
  },
  { id: 'b6', at: 140, a: 'phone' },
  { id: 'b7', at: 150, type: 'identify', u: 'eva', m: 'eve@beta.io' },
]
/**
 * Facts that want none of that: Ann has an earlier mailbox, the phone is a shared one, and the mailbox that two users
 * claim, and so is a lead of its own, is one's again.
 */
const MEANWHILE: readonly Happening[] = [
  { id: 'c1', at: 40, type: 'identify', u: 'ann', m: 'ann@first.io' },
  { id: 'c2', at: 100, type: 'identify', u: 'dan', a: 'phone' },
  { id: 'c3', at: 160, type: 'alias', u: 'eve', previous: 'eva', trust: 'secret' },
]
/** Tables that tell how it came about, not only what is. */
const HISTORY = ['identity_log', 'rule_firings', 'action_deliveries_raw']
const RULES = {
  qualification: {
    rules: [
      { name: 'known', stage: 'known', where: [{ field: 'lead.email', is: 'present' }] },
      { name: 'clicked', stage: 'clicked', on: { event: 'Clicked' } },
    ],
  },
}
const AFTER_ALL_MS = NOON_MS + 48 * 60 * MINUTE_MS
const WORKSPACES = 150
/** LEADLINE_CRASH_EVERYWHERE=1: at every write, some minutes; else at the steps of the flow that matter most. */
const EVERYWHERE = process.env['LEADLINE_CRASH_EVERYWHERE'] === '1'
/** What came before is resolved for all of them at once. */
const PATIENT_MS = 300_000
/** Processes at once. */
const AT_ONCE = 3

interface Attack {
  readonly earlier: readonly Deed[]
  readonly deed: Deed
  readonly steps: readonly string[]
  /** Comes when it is dead, and is in its log when it starts again. */
  readonly meanwhile?: Deed
}

type Deed = (stream: Stream, workspace: number) => Promise<void>

interface Found {
  readonly rows: Readonly<Record<string, readonly string[]>>
  readonly work: readonly string[]
  readonly changes: readonly string[]
}

/** Passing states that somebody saw have their history and their work; what is, is the same. */
const withoutHistory = ({ rows }: Found): Found => ({
  rows: Object.fromEntries(Object.entries(rows).filter(([table]) => !HISTORY.includes(table))),
  work: [],
  changes: [],
})

describe('a resolver that is killed next to any one of its writes ends in the same rows, work and firings', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(WORKSPACES, {}, RULES)
    await lab.start()
  })
  after(async () => await lab.close())

  const settingsOf = (workspace: number): Settings['workspaces'] =>
    toSettings(WORKSPACES, {}, RULES).workspaces.filter(({ id }) => id === workspace)

  const send =
    (happenings: readonly Happening[]): Deed =>
    async (stream, workspace) =>
      await stream.append(
        EVENTS_TOPIC,
        happenings.map((one) => ({ key: 'one batch', value: JSON.stringify(toEnvelope(workspace, one)) })),
      )

  async function withStream<Result>(
    use: (stream: Stream, directory: string) => Promise<Result>,
  ): Promise<Result> {
    const directory = await mkdtemp(join(tmpdir(), 'leadline-resolver-'))
    const stream = await openStream({ kind: 'embedded', directory, maxBytes: 2 ** 32 })
    try {
      await stream.admin.ensureTopics(TOPICS)
      return await use(stream, directory)
    } finally {
      await stream.close()
      await rm(directory, { recursive: true, force: true })
    }
  }

  /** To the end, without disturbance. Answers with all that is to be the same. */
  async function finish(
    stream: Stream,
    workspace: number,
    onMoment: (moment: WriteMoment) => void = () => undefined,
  ) {
    const service = await startResolver({
      ...watchWrites({ warehouse: lab.warehouse, stream }, onMoment),
      settings: settingsOf(workspace),
      log: createLog('resolver', () => undefined),
      now: Date.now,
      gatherMs: 0,
    })
    await waitUntil('all is resolved', () => isResolved(stream), PATIENT_MS)
    await service.stop()
    const work = (await readWork(stream)).map(({ kind, id }) => `${kind} ${id}`)
    const changes = (await readChanges(stream)).map(({ nodeId, from, to }) => `${nodeId} ${from} ${to}`)
    return {
      rows: await readAllRows(lab.warehouse, workspace),
      work: [...new Set(work)].sort(),
      changes: [...new Set(changes)].sort(),
    }
  }

  const prepare = async (deeds: readonly Deed[], workspaces: readonly number[]): Promise<void> => {
    for (const deed of deeds) {
      for (const workspace of workspaces) await deed(lab.stream, workspace)
      await waitUntil('what came before is resolved', () => lab.hasNoLag(), PATIENT_MS)
      await lab.settle()
    }
  }

  /** The deed undisturbed, then once for each of its writes, or of these, with a process that is killed there. */
  async function killAtEach({ earlier, deed, steps, meanwhile }: Attack): Promise<readonly string[]> {
    const quiet = next()
    await prepare(earlier, [quiet])
    const all: WriteMoment[] = []
    const expected = await withStream(async (stream) => {
      await deed(stream, quiet)
      const found = await finish(stream, quiet, (moment) => all.push(moment))
      if (!meanwhile) return found
      await meanwhile(stream, quiet)
      return withoutHistory(await finish(stream, quiet))
    })
    // Nothing is written between one write and the next: to be killed before the second is to be killed after the first.
    const each = all.filter(({ when }, i) => when === 'after' || i === 0)
    const moments = EVERYWHERE ? each : each.filter((moment) => steps.includes(describeMoment(moment)))
    assert.ok(
      moments.length >= steps.length,
      `not all steps are taken: ${each.map(describeMoment).join(', ')}`,
    )
    const trials = moments.map((at) => ({ at, workspace: next() }))
    await prepare(
      earlier,
      trials.map(({ workspace }) => workspace),
    )
    const rest = [...trials]
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let trial = rest.shift(); trial; trial = rest.shift()) {
          const { at, workspace } = trial
          const found = await withStream(async (stream, directory) => {
            await deed(stream, workspace)
            assert.equal(await killAt(at, workspace, directory), 'SIGKILL', `no kill ${describeMoment(at)}`)
            if (!meanwhile) return await finish(stream, workspace)
            await meanwhile(stream, workspace)
            return withoutHistory(await finish(stream, workspace))
          })
          assert.deepEqual(found, expected, `killed ${describeMoment(at)}`)
        }
      }),
    )
    return moments.map(describeMoment)
  }

  const killAt = async (at: WriteMoment, workspace: number, directory: string) => {
    const { url: address, user, password, readerPassword } = lab.database
    const settings: Settings = {
      ...toSettings(1),
      workspaces: settingsOf(workspace),
      stream: { kind: 'embedded', directory, maxBytes: 2 ** 32 },
      warehouse: { kind: 'embedded', directory: 'unused', url: address, user, password, readerPassword },
    }
    return await startDoomedChild({ settings, signal: 'SIGKILL', at }).ended()
  }

  const describeMoment = ({ write, occurrence, when }: WriteMoment): string =>
    `${when} ${write} ${occurrence}`
  let workspaces = 0
  const next = (): number => (workspaces += 1)

  /** The same command for every workspace: ids of identifiers are the same in each. */
  const command = (request: OperatorRequest): Deed => {
    let planned: Promise<OperatorPlan> | undefined
    return async (stream, workspace) => {
      planned ??= createOperator(lab, workspace, AFTER_ALL_MS).plan(request)
      const plan = await planned
      assert.ok(plan.ok, 'the command is refused')
      await sendCommand(stream, { ...plan.command, workspace })
    }
  }

  test('while late facts move leads', async (t) => {
    const steps = [
      'after append identity.touched.v1 1',
      'after insert leads_raw 1',
      'after insert event_leads 1',
      'after insert identity_assignments 1',
    ]
    const kills = await killAtEach({ earlier: [send(EARLIER)], deed: send(LATER), steps })
    t.diagnostic(`${kills.length} kills: ${kills.join(', ')}`)
  })

  test('and newer facts that want something else are there when it starts again', async (t) => {
    const steps = ['after insert leads_raw 1']
    const attack = { earlier: [send(EARLIER)], deed: send(LATER), meanwhile: send(MEANWHILE), steps }
    const kills = await killAtEach(attack)
    t.diagnostic(`${kills.length} kills: ${kills.join(', ')}`)
  })

  test('while a company is written that is new: whose it is are told of it', async () => {
    const workspace = next()
    const deed = send([{ id: 'g1', at: 0, type: 'identify', u: 'gus', m: 'gus@gamma.io' }])
    const work = await withStream(async (stream, directory) => {
      await deed(stream, workspace)
      const at: WriteMoment = { write: 'insert companies_raw', occurrence: 1, when: 'after' }
      assert.equal(await killAt(at, workspace, directory), 'SIGKILL')
      await finish(stream, workspace)
      return await readWork(stream)
    })
    const [company] = await lab.warehouse.query('SELECT version FROM companies_raw WHERE ws = {ws:UInt32}', {
      row: z.object({ version: z.string() }),
      params: { ws: workspace },
    })
    const told = work.filter(({ version }) => version === company?.version).map(({ kind }) => kind)
    assert.deepEqual(new Set(told), new Set(['contact']))
  })

  test('while an operator joins two users', async (t) => {
    const deed = command({ action: 'join', a: 'user:cleo', b: 'user:ann' })
    const steps = ['after insert identity_rulings 1']
    const kills = await killAtEach({ earlier: [send(EARLIER), send(LATER)], deed, steps })
    t.diagnostic(`${kills.length} kills: ${kills.join(', ')}`)
  })

  test('while somebody is erased', async (t) => {
    const deed = command({ action: 'erase', a: 'user:ann' })
    const steps = ['after delete events_raw 1']
    const kills = await killAtEach({ earlier: [send(EARLIER), send(LATER)], deed, steps })
    t.diagnostic(`${kills.length} kills: ${kills.join(', ')}`)
  })
})
