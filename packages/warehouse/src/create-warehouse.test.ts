import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { startEmbeddedChild } from '../test-support/embedded-child.ts'
import { openTestWarehouse, type TestWarehouse } from '../test-support/test-warehouse.ts'
import { createWarehouse } from './create-warehouse.ts'
import { migrate } from './migrate.ts'
import type { SettingsRow } from './tables.ts'
import { fromDateTime, toDateTime, toDay } from './values.ts'
import { WarehouseError } from './warehouse.ts'

const setting = (name: string, version = '1'): SettingsRow => ({ ws: 1, name, value: 'v', version })
const named = z.object({ name: z.string() })

describe('createWarehouse', () => {
  let testWarehouse: TestWarehouse
  before(async () => (testWarehouse = await openTestWarehouse()))
  after(async () => await testWarehouse.stop())

  test('reads checked rows, with 64-bit and 128-bit integers as text', async () => {
    const row = z.strictObject({ a: z.string(), b: z.string(), c: z.number(), d: z.string(), e: z.null() })
    const sql = `SELECT toUInt64(18446744073709551615) AS a, toUInt128('340282366920938463463374607431768211455') AS b,
                 toUInt32(1) AS c, toDateTime64('2026-11-21 10:00:00.123', 3, 'UTC') AS d, CAST(NULL AS Nullable(UInt8)) AS e`
    assert.deepEqual(await testWarehouse.warehouse.query(sql, { row }), [
      {
        a: '18446744073709551615',
        b: '340282366920938463463374607431768211455',
        c: 1,
        d: '2026-11-21 10:00:00.123',
        e: null,
      },
    ])
    await assert.rejects(testWarehouse.warehouse.query(sql, { row: z.object({ a: z.number() }) }), {
      name: 'ZodError',
    })
  })

  test('counts the rows that queries read from storage', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => setting(`count-${i}`))
    await testWarehouse.warehouse.insert('settings', rows)
    const row = z.object({ n: z.coerce.number() })
    const before = testWarehouse.warehouse.rowsRead()
    await testWarehouse.warehouse.query("SELECT countIf(value = 'v') AS n FROM settings", { row })
    assert.ok(testWarehouse.warehouse.rowsRead() - before >= 5000)
  })

  test('takes lists of ids that no url could hold', async () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `a-rather-long-name-of-a-setting-${i}`)
    const row = z.object({ n: z.number() })
    const sql = 'SELECT toUInt32(length({names:Array(String)})) AS n'
    assert.deepEqual(await testWarehouse.warehouse.query(sql, { row, params: { names } }), [{ n: 20_000 }])
  })

  test('replaces half of a surrogate pair, which has no UTF-8 form, and keeps whole pairs', async () => {
    const { warehouse } = testWarehouse
    await warehouse.insert('settings', [
      { ...setting('half'), value: 'a\ud800b \ud83d\ude00 \\ud800' },
      setting('after-half'),
    ])
    const sql = "SELECT value FROM settings WHERE name IN ('half', 'after-half') ORDER BY name DESC"
    const row = z.object({ value: z.string() })
    assert.deepEqual(await warehouse.query(sql, { row }), [
      { value: 'a\ufffdb \ud83d\ude00 \\ud800' },
      { value: 'v' },
    ])
  })

  test('inserts nothing without a call, and all rows of a call or none', async () => {
    const { warehouse } = testWarehouse
    await createWarehouse({ url: 'http://127.0.0.1:1', user: '', password: '' }).insert('settings', [])
    const wrong = [setting('none-1'), { ...setting('none-2'), version: 'x' }]
    await assert.rejects(
      warehouse.insert('settings', wrong),
      (error) => error instanceof WarehouseError && error.code === 6,
    )
    const sql = "SELECT name FROM settings WHERE name LIKE 'none-%'"
    assert.deepEqual(await warehouse.query(sql, { row: named }), [])
  })

  test('refuses a field that the table does not have', async () => {
    const row = { ...setting('unknown'), typo: 1 }
    await assert.rejects(testWarehouse.warehouse.insert('settings', [row]), {
      name: 'WarehouseError',
      code: 16,
    })
  })

  test('gives the engine’s code with an error', async () => {
    await assert.rejects(testWarehouse.warehouse.query('SELECT * FROM missing', { row: z.unknown() }), {
      name: 'WarehouseError',
      code: 60,
    })
    await assert.rejects(testWarehouse.warehouse.command('SELEKT'), { name: 'WarehouseError', code: 62 })
  })

  test('names the place of a wrong value and never the value', async () => {
    const row = { ...setting('secret'), version: 'ada@lovelace.example' }
    await assert.rejects(testWarehouse.warehouse.insert('settings', [row]), (error: Error) => {
      assert.match(error.message, /column "version"/)
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /lovelace/)
      return true
    })
  })

  test('says that the server cannot be reached after trying for a while', async () => {
    const warehouse = createWarehouse({
      url: 'http://127.0.0.1:1',
      user: 'u',
      password: 'p',
      retryLimitMs: 300,
    })
    assert.equal(await warehouse.ping(), false)
    const attempts = [
      warehouse.insert('settings', [setting('a')]),
      warehouse.query('SELECT 1', { row: z.unknown() }),
      warehouse.command('SELECT 1'),
    ]
    const unreachable = { name: 'WarehouseError', code: undefined, message: /cannot be reached/ }
    await Promise.all(attempts.map(async (attempt) => await assert.rejects(attempt, unreachable)))
    await warehouse.close()
  })
})

test('an insert and a query wait for a server that is started again', async (context) => {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-warehouse-'))
  context.after(async () => await rm(directory, { recursive: true, force: true }))
  const access = { user: 'leadline', password: 'p', readerPassword: 'r' }
  const first = await startEmbeddedChild({ directory, port: 0, ...access })
  await migrate({ url: first.url, ...access })
  const warehouse = createWarehouse({ url: first.url, ...access, retryLimitMs: 30_000 })
  await warehouse.insert('settings', [setting('before')])
  await first.kill()

  const inserted = warehouse.insert('settings', [setting('during')])
  const read = warehouse.query("SELECT name FROM settings WHERE name = 'before'", { row: named })
  const second = await startEmbeddedChild({ directory, port: Number(new URL(first.url).port), ...access })
  await inserted
  assert.deepEqual(await read, [{ name: 'before' }])
  const names = await warehouse.query('SELECT name FROM settings FINAL ORDER BY name', { row: named })
  assert.deepEqual(names, [{ name: 'before' }, { name: 'during' }])
  await warehouse.close()
  await second.stop()
})

test('times and days are written in UTC with milliseconds, and times are read back the same', () => {
  const ms = Date.UTC(2026, 10, 21, 23, 59, 59, 7)
  assert.equal(toDateTime(ms), '2026-11-21 23:59:59.007')
  assert.equal(toDay(ms), '2026-11-21')
  assert.equal(fromDateTime(toDateTime(ms)), ms)
  for (const other of [
    0,
    -1,
    -60_000,
    -86_400_001,
    Date.UTC(1900, 0, 1),
    Date.UTC(2299, 11, 31, 23, 59, 59, 999),
  ])
    assert.equal(toDateTime(other), new Date(other).toISOString().replace('T', ' ').replace('Z', ''))
})
