import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { decodeDeadLetter } from '@leadline/contract'
import { createLog } from '@leadline/runtime'
import { WarehouseError, type Warehouse } from '@leadline/warehouse'
import { openLab, readDeadLetters, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toSettings } from '../../test-support/settings.ts'
import { waitUntil } from '../../test-support/wait-until.ts'
import { toEnvelope } from '../../test-support/world.ts'
import { startResolver } from '../start-resolver.ts'
import { isRefusedForGood, storeAllButRefused } from './refused-rows.ts'

const BAD_VALUE = 321
const OUT_OF_MEMORY = 241

describe('storing all but what is refused', () => {
  const storeInto = (stored: number[], bad: ReadonlySet<number>) => async (items: readonly number[]) => {
    if (items.some((item) => bad.has(item))) throw new WarehouseError('a value', BAD_VALUE)
    await Promise.resolve()
    stored.push(...items)
  }

  test('finds each item that is to blame, and stores all others once', async () => {
    const items = Array.from({ length: 100 }, (_, i) => i)
    const stored: number[] = []
    const refused = await storeAllButRefused(items, storeInto(stored, new Set([0, 41, 42, 99])))
    assert.deepEqual(
      refused.map(({ item }) => item),
      [0, 41, 42, 99],
    )
    assert.deepEqual(
      stored.toSorted((a, b) => a - b),
      items.filter((item) => ![0, 41, 42, 99].includes(item)),
    )
  })

  test('what may pass is thrown and blamed on nobody', async () => {
    const failure = new WarehouseError('memory', OUT_OF_MEMORY)
    await assert.rejects(
      storeAllButRefused([1, 2], () => Promise.reject(failure)),
      failure,
    )
    assert.equal(isRefusedForGood(new WarehouseError('no answer', undefined)), false)
    assert.equal(isRefusedForGood(new TypeError('a fault of ours')), false)
  })
})

describe('a resolver whose engine refuses one event', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(2)
  })
  after(async () => await lab.close())

  const start = (warehouse: Warehouse) =>
    startResolver({
      stream: lab.stream,
      warehouse,
      settings: toSettings(2).workspaces,
      log: createLog('resolver', () => undefined),
      now: Date.now,
    })

  test('puts that one aside, whole and with the reason, and resolves the others', async () => {
    const service = await start(refusing(lab.warehouse, 'bad', BAD_VALUE))
    await lab.send(['good', 'bad', 'better'].map((id) => toEnvelope(1, { id, at: 0, u: id })))
    await waitUntil('all is resolved', async () => (await lab.hasNoLag()) && (await service.report()).idle)
    const { events } = await lab.rows(1)
    assert.equal(events?.length, 2)
    const [letter, ...others] = (await readDeadLetters(lab)).map(decodeDeadLetter)
    assert.equal(others.length, 0)
    assert.ok(letter?.ok)
    assert.equal(letter.value.step, 'store-event')
    assert.match(Buffer.from(letter.value.original, 'base64').toString(), /"messageId":"bad"/)
    assert.deepEqual((await service.report()).problems, [])
    await service.stop()
  })

  test('reports what holds it up while a batch fails for another reason', async () => {
    const service = await start(refusing(lab.warehouse, 'stuck', OUT_OF_MEMORY))
    await lab.send([toEnvelope(2, { id: 'stuck', at: 0, u: 'a' })])
    await waitUntil('it is reported', async () => ((await service.report()).problems ?? []).length > 0)
    const [problem] = (await service.report()).problems ?? []
    assert.match(problem ?? '', /^store \d: a batch failed \d+ times .*refused by the test/)
    await service.stop()
  })
})

/** The same warehouse, which refuses events with this message id. */
const refusing = (warehouse: Warehouse, messageId: string, code: number): Warehouse => ({
  ...warehouse,
  insert: async (table, rows) => {
    const isRefused = rows.some((row) => 'first_copy' in row && row.message_id === messageId)
    if (isRefused) throw new WarehouseError('refused by the test', code)
    await warehouse.insert(table, rows)
  },
})
