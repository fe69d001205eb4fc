import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { encodeTouched } from '@leadline/contract'
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
import { createReconcileStage } from './reconcile-batch.ts'
import { VersionClock } from './version-clock.ts'

describe('two reconcilers of one workspace', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(2)
  })
  after(async () => await lab.close())

  const prepare = (warehouse: Warehouse) =>
    prepareStages({
      stream: lab.stream,
      warehouse,
      settings: toSettings(2).workspaces,
      log: createLog('resolver', () => undefined),
      now: Date.now,
    })

  const openStage = async (warehouse: Warehouse) =>
    createReconcileStage({ ...(await prepare(warehouse)), versions: new VersionClock(warehouse, Date.now) })

  async function store(id: string, at: number): Promise<void> {
    const stages = await prepare(lab.warehouse)
    const consumer = await startStoreStage(stages)
    await lab.send([toEnvelope(1, { id, at, type: 'identify', u: 'ann', a: 'c1', m: 'ann@acme.io' })])
    await waitUntil('it is stored', () => stages.progress.stored > 0)
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

const touch = (): Batch => {
  const nodes = [
    { kind: 'user', id: hash('user', 'ann') },
    { kind: 'anon', id: hash('anon', 'c1') },
  ] as const
  const position = { chunk: 1n, index: 0 }
  const value = Buffer.from(encodeTouched({ v: 1, workspace: 1, nodes }))
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
