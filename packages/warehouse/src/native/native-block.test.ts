import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { openTestWarehouse, type TestWarehouse } from '../../test-support/test-warehouse.ts'
import { toNativeBlock } from './native-block.ts'

let testWarehouse: TestWarehouse
before(async () => (testWarehouse = await openTestWarehouse()))
after(async () => await testWarehouse.stop())

const types = {
  n8: 'UInt8',
  n64: 'UInt64',
  n128: 'UInt128',
  signed: 'Int64',
  real: 'Float64',
  amount: 'Nullable(Float64)',
  id: 'UUID',
  day: 'Date',
  maybe_day: 'Nullable(Date)',
  at: "DateTime64(3, 'UTC')",
  maybe_at: "Nullable(DateTime64(3, 'UTC'))",
  kind: "Enum8('mail' = 4, 'user' = 5)",
  word: 'LowCardinality(String)',
  last: "SimpleAggregateFunction(max, DateTime64(3, 'UTC'))",
  list: 'Array(String)',
  text: 'String',
}

/** Whatever a text may hold, at each length where it is written in another way. */
const texts = [
  '',
  'plain',
  'ü',
  'a\nb\n\nc\td\\e\'f"g\0',
  '漢字🙂',
  ...[46, 47, 48, 49, 50, 126, 127, 128, 129, 16_383, 16_384, 100_000].flatMap((length) => [
    'x'.repeat(length),
    `${'x'.repeat(length - 1)}ü`,
    'ü'.repeat(length),
    '🙂'.repeat(Math.ceil(length / 2)),
  ]),
]

test('rows of all types of the tables come back as they were sent', async () => {
  const { warehouse } = testWarehouse
  const columns = Object.entries(types).map(([name, type]) => `${name} ${type}`)
  await warehouse.command(
    `CREATE TABLE blocks (row UInt32, ${columns.join(', ')}) ENGINE = MergeTree ORDER BY row`,
  )
  const rows = texts.map((text, row) => ({
    row,
    n8: row % 256,
    n64: '18446744073709551615',
    n128: '340282366920938463463374607431768211455',
    signed: row % 2 === 0 ? -1 - row * 2 ** 33 : Number.MAX_SAFE_INTEGER,
    real: row / 8,
    amount: row % 3 === 0 ? null : row / 4,
    id: '61f0c404-5cb3-11e7-907b-a6006ad3dba0',
    day: '2026-11-21',
    maybe_day: row % 2 === 0 ? null : '1970-01-02',
    at: '2026-11-21 10:00:00.123',
    maybe_at: row % 5 === 0 ? '1969-12-31 23:59:59.999' : null,
    kind: row % 2 === 0 ? 'mail' : 'user',
    word: row % 2 === 0 ? '' : 'word',
    last: '2299-01-01 00:00:00.000',
    list: [text, ...(row % 2 === 0 ? [] : ['another'])].slice(0, row % 3),
    text,
  }))
  const { columns: names, bytes } = toNativeBlock(rows)
  const { url, user, password, database } = testWarehouse
  const search = new URLSearchParams({
    database,
    query: `INSERT INTO blocks (${names.join(', ')}) FORMAT Native`,
  })
  const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password }
  const answer = await fetch(`${url}/?${String(search)}`, {
    method: 'POST',
    body: new Uint8Array(bytes),
    headers,
  })
  assert.equal(`${answer.status} ${await answer.text()}`, '200 ')
  const read = await warehouse.query('SELECT * FROM blocks ORDER BY row', {
    row: z.record(z.string(), z.unknown()),
  })
  assert.deepEqual(
    read,
    rows.map((row) => ({ ...row, signed: String(row.signed) })),
  )
})

test('cells that no column can hold are refused before anything is sent', () => {
  const refuse = (rows: readonly object[], error: RegExp): void => {
    assert.throws(() => toNativeBlock(rows), error)
  }
  const strange = /^TypeError: a has a value of another kind than those before it, or of none/
  refuse([{ a: 1 }, { a: 'x' }], strange)
  refuse([{ a: null }, { a: ['x'] }], strange)
  refuse([{ a: ['x'] }, { a: [1] }], strange)
  refuse([{ a: 1 }, { b: 1 }], strange)
  refuse([{ a: undefined }], strange)
  refuse([{ a: 1 }, { a: Number.NaN }], /^RangeError: a has a number that is none/)
  refuse([{ a: 1 }, { a: 1, b: 1 }], /^TypeError: rows of one insert have different columns/)
})

test('columns are told by their names, in whatever order a row has them', () => {
  const [first, second] = [
    [
      { a: 'x', b: 1 },
      { b: 2, a: null },
    ],
    [
      { a: 'x', b: 1 },
      { a: null, b: 2 },
    ],
  ].map(toNativeBlock)
  assert.deepEqual(first, second)
})
