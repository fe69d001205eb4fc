import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { openTestWarehouse, type TestWarehouse } from '../test-support/test-warehouse.ts'

/** TypeScript type of a column in tables.ts, by its type in the engine. */
function toRowType(type: string): string {
  const inner = /^(?:LowCardinality|SimpleAggregateFunction)\((?:\w+, )?(.*)\)$/.exec(type)?.[1]
  if (inner !== undefined) return toRowType(inner)
  const nullable = /^Nullable\((.*)\)$/.exec(type)?.[1]
  if (nullable !== undefined) return `${toRowType(nullable)} | null`
  const array = /^Array\((.*)\)$/.exec(type)?.[1]
  if (array !== undefined) return `readonly ${toRowType(array)}[]`
  if (type.startsWith('Enum8('))
    return [...type.matchAll(/'(\w+)' = /g)].map(([, name]) => `'${name}'`).join(' | ')
  if (/^(UInt(8|16|32)|Float64)$/.test(type)) return 'number'
  return (
    {
      String: 'string',
      UUID: 'Uuid',
      Date: 'Day',
      "DateTime64(3, 'UTC')": 'DateTime',
      UInt64: 'Big',
      UInt128: 'Big',
    }[type] ?? type
  )
}

/** A value that JSON can carry, by the type of tables.ts. */
function toSample(rowType: string): unknown {
  if (rowType.startsWith("'")) return rowType.split("'")[1]
  if (rowType.startsWith('readonly')) return ['a', "b'"]
  if (rowType.endsWith('| null')) return null
  return {
    number: 7,
    string: 'x"y',
    Uuid: '61f0c404-5cb3-11e7-907b-a6006ad3dba0',
    Day: '2026-11-21',
    DateTime: '2026-11-21 10:00:00.123',
    Big: '18446744073709551614',
  }[rowType]
}

type Columns = Readonly<Record<string, string>>

async function readInterfaces(): Promise<ReadonlyMap<string, Columns>> {
  const folder = join(import.meta.dirname, 'rows')
  const files = ['../tables.ts', ...(await readdir(folder))]
  const texts = await Promise.all(files.map(async (name) => await readFile(join(folder, name), 'utf8')))
  const text = texts.join('\n')
  const found = new Map<string, Columns>()
  for (const [, name = '', body = ''] of text.matchAll(/export interface (\w+) \{([^}]*)\}/g)) {
    const fields = body.matchAll(/readonly (\w+): (.+)/g)
    found.set(name, Object.fromEntries([...fields].map(([, field = '', type = '']) => [field, type])))
  }
  return found
}

describe('tables', () => {
  let testWarehouse: TestWarehouse
  let interfaces: ReadonlyMap<string, Columns>
  before(async () => {
    testWarehouse = await openTestWarehouse()
    interfaces = await readInterfaces()
  })
  after(async () => await testWarehouse.stop())

  const query = async (sql: string, params: Record<string, unknown>): Promise<Record<string, unknown>[]> =>
    await testWarehouse.warehouse.query(sql, { row: z.record(z.string(), z.unknown()), params })
  const describeTable = async (table: string): Promise<Columns> => {
    const rows = await query('DESCRIBE TABLE {table:Identifier}', { table })
    return Object.fromEntries(rows.map(({ name, type }) => [String(name), toRowType(String(type))]))
  }

  test('tables.ts has each table of the migrations, each column and its kind', async () => {
    const sql = `SELECT name FROM system.tables WHERE database = {database:String} AND engine != 'View' AND name != 'migrations'`
    const tables = await query(sql, { database: testWarehouse.database })
    const rowNames = interfaces.get('TableRows') ?? {}
    assert.deepEqual(Object.keys(rowNames).toSorted(), tables.map(({ name }) => String(name)).toSorted())
    for (const [table, rowName] of Object.entries(rowNames)) {
      assert.deepEqual(await describeTable(table), toColumns(rowName, table), table)
    }
  })

  const toColumns = (rowName: string, table: string): Columns =>
    interfaces.get(rowName) ?? assert.fail(`${table}: no interface ${rowName}`)

  test('the same row inserted twice is one row, in each table', async () => {
    const tables = Object.entries(interfaces.get('TableRows') ?? {})
    assert.ok(tables.length > 10)
    for (const [table, rowName] of tables) {
      const columns = Object.entries(toColumns(rowName, table)).filter(([name]) => name !== 'gone')
      const row = Object.fromEntries(columns.map(([name, type]) => [name, toSample(type)]))
      for (let i = 0; i < 2; i++) await insertJson(table, row)
      const [found] = await query('SELECT count() AS n FROM {table:Identifier} FINAL', { table })
      assert.deepEqual(found, { n: '1' }, table)
      const [read] = await query('SELECT * FROM {table:Identifier} FINAL', { table })
      assert.deepEqual({ ...read, ...row }, read, table)
    }
  })

  const insertJson = async (table: string, row: Record<string, unknown>): Promise<void> =>
    await testWarehouse.warehouse.command(`INSERT INTO ${table} FORMAT JSONEachRow ${JSON.stringify(row)}`)
})
