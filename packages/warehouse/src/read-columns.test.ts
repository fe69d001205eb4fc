import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { uuid } from '../test-support/rows.ts'
import { openTestWarehouse, type TestWarehouse } from '../test-support/test-warehouse.ts'
import { WarehouseError, type ColumnQuery } from './warehouse.ts'
import type { ColumnKinds } from './native/column-reader.ts'

describe('columns', () => {
  let testWarehouse: TestWarehouse
  before(async () => (testWarehouse = await openTestWarehouse()))
  after(async () => await testWarehouse.stop())

  /** Rows, as arrays in the order of the columns. */
  const read = async <Kinds extends ColumnKinds>(sql: string, query: ColumnQuery<Kinds>) =>
    [...(await testWarehouse.warehouse.columns(sql, query))].flatMap(({ rows, columns }) =>
      Array.from({ length: rows }, (_, row) =>
        Object.keys(query.columns).map((name): unknown => columns[name]?.at(row)),
      ),
    )

  test('gives the values of each type that it knows', async () => {
    const columns = {
      text: 'text',
      id: 'text',
      kind: 'text',
      byte: 'number',
      word: 'number',
      long: 'number',
      signed: 'number',
      half: 'number',
    } as const
    const sql = `SELECT 'ab' AS text, toUUID('0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0') AS id, CAST('b', 'Enum8(\\'a\\' = -1, \\'b\\' = 2)') AS kind,
      toUInt8(255) AS byte, toUInt32(4294967295) AS word, toUInt64(9007199254740991) AS long,
      toInt64(-1795255200123) AS signed, toFloat64(-0.5) AS half`
    assert.deepEqual(await read(sql, { columns }), [
      [
        'ab',
        '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
        'b',
        255,
        4_294_967_295,
        Number.MAX_SAFE_INTEGER,
        -1_795_255_200_123,
        -0.5,
      ],
    ])
  })

  test('gives texts of any letters and length, alike ones one after the other among them', async () => {
    const long = 'ä€😀 '.repeat(20_000)
    const texts = [
      '',
      '',
      'a',
      'a',
      'ä',
      'ä',
      'b',
      '😀',
      'line\nend',
      'x'.repeat(200),
      `it's \\ "this"\t`,
      long,
    ]
    const found = await read('SELECT arrayJoin({texts:Array(String)}) AS text', {
      columns: { text: 'text' },
      params: { texts },
    })
    assert.deepEqual(found.flat(), texts)
  })

  test('gives aggregates that are plain values as these', async () => {
    const { warehouse } = testWarehouse
    const at = '2026-11-21 10:00:00.123'
    const seen = { first_seen: at, last_seen: at }
    await warehouse.insert('identity_nodes', [
      { ws: 9, node_id: uuid(1), type: 'mail', value: 'ann@shop.example', ...seen },
    ])
    const found = await read(
      `SELECT node_id, type, any(value) AS some, toUnixTimestamp64Milli(min(first_seen)) AS first_ms
       FROM identity_nodes WHERE ws = 9 GROUP BY node_id, type`,
      { columns: { node_id: 'text', type: 'text', some: 'text', first_ms: 'number' } },
    )
    assert.deepEqual(found, [[uuid(1), 'mail', 'ann@shop.example', 1_795_255_200_123]])
  })

  test('gives all rows of many blocks, in their order', async () => {
    const found = await read(
      'SELECT number AS n, concat(toString(number), {end:String}) AS text FROM numbers({count:UInt64})',
      { columns: { n: 'number', text: 'text' }, params: { count: 200_000, end: "\\'" } },
    )
    assert.equal(found.length, 200_000)
    assert.ok(found.every(([n, text], row) => n === row && text === `${row}\\'`))
  })

  test('takes lists of ids that no url could hold, and counts what was read for them', async () => {
    const { warehouse } = testWarehouse
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      ws: 1,
      name: `name-${i}`,
      value: 'v',
      version: '1',
    }))
    await warehouse.insert('settings', rows)
    const before = warehouse.rowsRead()
    const found = await read('SELECT name FROM settings WHERE ws = 1 AND name IN {names:Array(String)}', {
      columns: { name: 'text' },
      params: { names: Array.from({ length: 20_000 }, (_, i) => `name-${i}`) },
    })
    assert.equal(found.length, 3000)
    assert.ok(warehouse.rowsRead() - before >= 3000)
  })

  test('gives nothing for no rows, and nothing for an empty list', async () => {
    const columns = { name: 'text' } as const
    const sql = 'SELECT name FROM settings WHERE name IN {names:Array(String)}'
    assert.deepEqual(await read(sql, { columns, params: { names: [] } }), [])
  })

  test('refuses an answer that is not what was asked for', async () => {
    const columns = { a: 'text' } as const
    await assert.rejects(read('SELECT 1 AS a', { columns }), /type UInt8 is no text/)
    await assert.rejects(read("SELECT toLowCardinality('x') AS a", { columns }), /type LowCardinality/)
    await assert.rejects(read("SELECT 'x' AS b", { columns }), /column b in the place of a/)
    await assert.rejects(read("SELECT 'x' AS a, 1 AS b", { columns }), /2 columns, not 1/)
    const number = { a: 'number' } as const
    await assert.rejects(read('SELECT CAST(NULL AS Nullable(UInt8)) AS a', { columns: number }), /Nullable/)
    await assert.rejects(read('SELECT toUInt64(9007199254740992) AS a', { columns: number }), /beyond 2\^53/)
  })

  test('tells the refusals of the engine as query does', async () => {
    await assert.rejects(
      read('SELECT name FROM there_is_none', { columns: { name: 'text' } }),
      (error: unknown) => error instanceof WarehouseError && error.code === 60,
    )
  })
})
