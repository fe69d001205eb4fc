import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { z } from 'zod'
import { openTestWarehouse, type TestWarehouse } from '../test-support/test-warehouse.ts'
import { createWarehouse } from './create-warehouse.ts'
import { migrate, MigrationError } from './migrate.ts'
import { splitStatements } from './sql/lexer.ts'

const SHIPPED = join(import.meta.dirname, '..', 'migrations')

describe('migrate', () => {
  let testWarehouse: TestWarehouse
  let folder: string
  let database: string
  let count = 0
  before(async () => (testWarehouse = await openTestWarehouse()))
  after(async () => await testWarehouse.stop())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leadline-migrations-'))
    database = `${testWarehouse.database}_${++count}`
  })
  afterEach(async () => {
    await testWarehouse.warehouse.command('DROP DATABASE IF EXISTS {database:Identifier} SYNC', { database })
    await rm(folder, { recursive: true, force: true })
  })

  const run = async (): Promise<readonly string[]> => await migrate({ ...testWarehouse, database }, folder)
  const file = async (name: string, sql: string): Promise<void> => await writeFile(join(folder, name), sql)
  const tables = async (): Promise<readonly string[]> => {
    const warehouse = createWarehouse({ ...testWarehouse, database })
    const row = z.object({ name: z.string() })
    const found = await warehouse.query(
      'SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name',
      { row },
    )
    await warehouse.close()
    return found.map(({ name }) => name)
  }
  const table = (name: string): string =>
    `CREATE TABLE IF NOT EXISTS ${name} (a UInt8 DEFAULT 1, b String DEFAULT ';') ENGINE = MergeTree ORDER BY a;`

  test('applies the shipped files once, in order', async () => {
    await cp(SHIPPED, folder, { recursive: true })
    assert.deepEqual(await run(), (await readdir(SHIPPED)).toSorted())
    assert.deepEqual(await run(), [])
  })

  test('each statement of the shipped files can be repeated, so that a crash within a file is no harm', async () => {
    await cp(SHIPPED, folder, { recursive: true })
    await run()
    const warehouse = createWarehouse({ ...testWarehouse, database })
    await warehouse.command('TRUNCATE TABLE migrations')
    await warehouse.close()
    assert.equal((await run()).length, (await readdir(SHIPPED)).length)
  })

  test('applies a new file only, and splits statements at semicolons that are not in texts or comments', async () => {
    await file('0001_first.sql', `-- one; two\n${table('a')}\n/* ; */ ${table('b')}`)
    await run()
    await file('0002_second.sql', table('c'))
    assert.deepEqual(await run(), ['0002_second.sql'])
    assert.deepEqual(await tables(), ['a', 'b', 'c', 'migrations'])
  })

  test('continues a file that failed half way', async () => {
    await file('0001_first.sql', `${table('a')} CREATE TABLE wrong;`)
    await assert.rejects(run())
    await file('0001_first.sql', `${table('a')} ${table('b')}`)
    assert.deepEqual(await run(), ['0001_first.sql'])
    assert.deepEqual(await tables(), ['a', 'b', 'migrations'])
  })

  test('refuses a file that has changed since it was applied', async () => {
    await file('0001_first.sql', table('a'))
    await run()
    await file('0001_first.sql', table('b'))
    await assert.rejects(run(), { name: 'MigrationError', message: /0001_first.sql has changed/ })
    assert.deepEqual(await tables(), ['a', 'migrations'])
  })

  test('refuses a database that a newer version has migrated', async () => {
    await file('0001_first.sql', table('a'))
    await file('0002_second.sql', table('b'))
    await run()
    await rm(join(folder, '0002_second.sql'))
    await assert.rejects(run(), { name: 'MigrationError', message: /0002_second.sql.*newer version/ })
  })

  for (const names of [['0002_second.sql'], ['0001_a.sql', '0001_b.sql'], ['first.sql']]) {
    test(`refuses ${names.join(' and ')}: the numbers have no gap and no repeat`, async () => {
      for (const name of names) await file(name, table('a'))
      await assert.rejects(
        run(),
        (error) => error instanceof MigrationError && /out of order/.test(error.message),
      )
    })
  }
})

test('splitStatements leaves out comments and empty statements between statements', () => {
  assert.deepEqual(splitStatements("a ';' ; -- b\n;; `c;`\n/* d */; "), ["a ';'", '`c;`'])
  assert.deepEqual(splitStatements(''), [])
})
