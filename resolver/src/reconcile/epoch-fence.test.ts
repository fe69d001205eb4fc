import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { encodeTouched, type Envelope } from '@leadline/contract'
import { createLog } from '@leadline/runtime'
import type { Batch } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { hash } from '../../test-support/resolve-world.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toSettings } from '../../test-support/settings.ts'
import { toEnvelope } from '../../test-support/world.ts'
import { prepareStages, startStoreStage } from '../start-stages.ts'
import { waitUntil } from '../../test-support/wait-until.ts'
import { FencedError } from './epoch-fence.ts'
import { handOverWhenFenced } from './hand-over.ts'
import { createReconcileStage } from './reconcile-batch.ts'
import { VersionClock } from './version-clock.ts'
import { WrittenLeads } from './written-leads.ts'

const WORKSPACES = 7
const LIMITS = { mailsPerUser: 2 }

describe('two reconcilers of one workspace', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(WORKSPACES, LIMITS)
  })
  after(async () => await lab.close())

  const prepare = (warehouse: Warehouse) =>
    prepareStages({
      stream: lab.stream,
      warehouse,
      settings: toSettings(WORKSPACES, LIMITS).workspaces,
      log: createLog('resolver', () => undefined),
      now: Date.now,
    })

  const openDependencies = async (warehouse: Warehouse) => ({
    ...(await prepare(warehouse)),
    versions: new VersionClock(warehouse, Date.now),
    written: new WrittenLeads(),
  })

  /** Begins a batch that is stopped on its way to this table; resolves when it is there. */
  const beginUntil = async (table: string, batch: Batch) => {
    const paused = pauseAt(lab.warehouse, table)
    const old = await openDependencies(paused.warehouse)
    const ended = handOverWhenFenced(old, createReconcileStage(old))(batch)
    await paused.reached
    return {
      goOn: async () => {
        paused.release()
        await ended
      },
    }
  }

  const openStage = async (warehouse: Warehouse) => createReconcileStage(await openDependencies(warehouse))

  const store = (id: string, at: number): Promise<void> =>
    storeEnvelope(toEnvelope(1, { id, at, type: 'identify', u: 'ann', a: 'c1', m: 'ann@acme.io' }))

  async function storeEnvelope(...envelopes: readonly Envelope[]): Promise<void> {
    const stages = await prepare(lab.warehouse)
    const consumer = await startStoreStage(stages)
    await lab.send(envelopes)
    await waitUntil('it is stored', () => stages.progress.total('stored') >= envelopes.length)
    await consumer.stop()
  }

  test('one that was paused while the other took over writes nothing', async () => {
    await store('first', 0)
    const paused = pauseAtLeads(lab.warehouse)
    const [old, fresh] = [await openStage(paused.warehouse), await openStage(lab.warehouse)]
    const stale = old(touch())
    await paused.reached
    await store('second', 5)
    await fresh(touch())
    const rows = await lab.rows(1)
    assert.equal(rows['events']?.length, 2)
    paused.release()
    await assert.rejects(stale, FencedError)
    assert.deepEqual(await lab.rows(1), rows)
  })

  test('what one wrote that was paused on its way to the engine is looked at again by the other', async () => {
    const bob = { id: 'b', at: 0, type: 'identify', u: 'bob', a: 'c2' } as const
    const cleo = { id: 'c', at: 5, type: 'identify', u: 'cleo', a: 'c2' } as const
    await storeEnvelope(toEnvelope(3, bob))
    const old = await beginUntil('identity_assignments', touch(3, ['user', 'bob'], ['anon', 'c2']))
    // The cookie is shared now: what the paused one is about to write of it is not so any more.
    await lab.start()
    await lab.send([toEnvelope(2, bob), toEnvelope(2, cleo), toEnvelope(3, cleo)])
    await lab.settle()
    await old.goOn()
    await lab.settle()
    assert.deepEqual(await lab.rows(3), await lab.rows(2))
    await lab.stop()
  })

  test('a lead that it wrote, and of which nothing was left by then, does not stand', async () => {
    const page = { id: 'p', at: 0, type: 'page', a: 'c4' } as const
    const dora = { id: 'd', at: 5, type: 'identify', u: 'dora', a: 'c4', m: 'dora@acme.io' } as const
    await storeEnvelope(toEnvelope(4, page))
    const old = await beginUntil('leads_raw', touch(4, ['anon', 'c4']))
    // The cookie is hers now: that it is a lead of its own, which the paused one is about to write, is not so any more.
    await lab.start()
    await lab.send([toEnvelope(5, page), toEnvelope(5, dora), toEnvelope(4, dora)])
    await lab.settle()
    await old.goOn()
    await lab.settle()
    assert.deepEqual(await lab.rows(4), await lab.rows(5))
    await lab.stop()
  })

  test('a lead that a try wrote which failed half way, and that newer facts do not touch, is built again', async () => {
    const told = (id: string, u: string, m: string) => ({ id, at: 0, type: 'identify', u, m }) as const
    // Ann and Wim claim a mailbox alike, so it stays its own; with his third mail Wim is nobody, and it is Ann's.
    const first = [
      { id: '1', at: 0, type: 'identify', m: 'box@gmail.com' } as const,
      told('2', 'ann', 'box@gmail.com'),
      told('3', 'wim', 'box@gmail.com'),
      told('4', 'wim', 'wim@gmail.com'),
    ]
    const third = told('5', 'wim', 'other.wim@gmail.com')
    // With one more who claims it, it is its own again.
    const eve = told('6', 'eve', 'box@gmail.com')
    let isAway = false
    const failing = await openDependencies({
      ...lab.warehouse,
      insert: async (table, rows) => {
        if (isAway && table === 'event_leads') throw new Error('the engine is away')
        await lab.warehouse.insert(table, rows)
      },
    })
    const stage = handOverWhenFenced(failing, createReconcileStage(failing))
    await storeEnvelope(...first.map((event) => toEnvelope(6, event)))
    await stage(
      touch(6, ['user', 'ann'], ['user', 'wim'], ['mail', 'box@gmail.com'], ['mail', 'wim@gmail.com']),
    )
    await storeEnvelope(toEnvelope(6, third))
    isAway = true
    const again = touch(6, ['user', 'wim'], ['mail', 'other.wim@gmail.com'])
    await assert.rejects(stage(again), /the engine is away/)
    isAway = false
    await storeEnvelope(toEnvelope(6, eve))
    await stage(again)
    await stage(touch(6, ['user', 'eve'], ['mail', 'box@gmail.com']))
    const rows = await lab.rows(6)
    await lab.start()
    await lab.send([...first, third, eve].map((event) => toEnvelope(7, event)))
    await lab.settle()
    await lab.stop()
    assert.deepEqual(rows, await lab.rows(7))
  })

  test('the one that is handed the work again takes the workspace back', async () => {
    const [one, other] = [await openStage(lab.warehouse), await openStage(lab.warehouse)]
    await one(touch())
    await other(touch())
    await store('third', 9)
    await one(touch())
    assert.equal((await lab.rows(1))['sessions']?.length, 1)
    assert.equal((await lab.rows(1))['events']?.length, 3)
  })

  test('versions grow from one owner to the next, also when its clock is behind', async () => {
    const ahead = new VersionClock(lab.warehouse, () => Date.now() + 3_600_000)
    const behind = new VersionClock(lab.warehouse, Date.now)
    await ahead.claim(2)
    const first = await ahead.next(2)
    await behind.claim(2)
    const second = await behind.next(2)
    assert.ok(BigInt(second) > BigInt(first))
    await assert.rejects(ahead.next(2), FencedError)
  })
})

type Named = readonly [kind: 'user' | 'mail' | 'anon', value: string]

const touch = (workspace = 1, ...named: readonly Named[]): Batch => {
  const values =
    named.length > 0
      ? named
      : ([
          ['user', 'ann'],
          ['anon', 'c1'],
        ] as const)
  const nodes = values.map(([kind, value]) => ({ kind, id: hash(kind, value) }))
  const position = { chunk: 1n, index: 0 }
  const value = Buffer.from(encodeTouched({ v: 1, workspace, nodes }))
  return { partition: 0, values: [value], first: position, last: position }
}

/** The same warehouse, whose first question for stored leads is answered late, as if the process had been stopped. */
function pauseAtLeads(warehouse: Warehouse) {
  const reached = Promise.withResolvers<undefined>()
  const released = Promise.withResolvers<undefined>()
  const paused: Warehouse = {
    ...warehouse,
    query: async (sql, options) => {
      const rows = await warehouse.query(sql, options)
      if (!sql.includes('leads_raw')) return rows
      reached.resolve(undefined)
      await released.promise
      return rows
    },
  }
  return { warehouse: paused, reached: reached.promise, release: () => released.resolve(undefined) }
}

/** The same warehouse, where what is first written to this table comes late. */
function pauseAt(warehouse: Warehouse, late: string) {
  const reached = Promise.withResolvers<undefined>()
  const released = Promise.withResolvers<undefined>()
  const paused: Warehouse = {
    ...warehouse,
    insert: async (table, rows) => {
      if (table === late) {
        reached.resolve(undefined)
        await released.promise
      }
      await warehouse.insert(table, rows)
    },
  }
  return { warehouse: paused, reached: reached.promise, release: () => released.resolve(undefined) }
}
