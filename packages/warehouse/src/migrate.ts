import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DEFAULT_DATABASE, type WarehouseConnection } from './connection.ts'
import { createWarehouse } from './create-warehouse.ts'
import { splitStatements } from './sql/lexer.ts'
import { toDateTime } from './values.ts'
import type { Warehouse } from './warehouse.ts'

const FOLDER = join(import.meta.dirname, '..', 'migrations')
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/

/** The files and what was applied do not fit together: the message says which and what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

interface Migration {
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

/**
 * Makes the database and applies the numbered files that it does not have yet, in order. Resolves to their names.
 * A file counts as applied after its last statement; until then it is repeated from its start, which each statement
 * must allow (IF NOT EXISTS, OR REPLACE).
 */
export async function migrate(connection: WarehouseConnection, folder = FOLDER): Promise<readonly string[]> {
  const database = connection.database ?? DEFAULT_DATABASE
  const migrations = await readMigrations(folder)
  await createDatabase(connection, database)
  const warehouse = createWarehouse({ ...connection, database })
  try {
    const pending = findPending(migrations, await readApplied(warehouse))
    for (const migration of pending) await apply(warehouse, migration)
    return pending.map(({ name }) => name)
  } finally {
    await warehouse.close()
  }
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted()
  for (const [i, name] of names.entries()) {
    if (Number(FILE_NAME.exec(name)?.[1]) === i + 1) continue
    const expected = String(i + 1).padStart(4, '0')
    throw new MigrationError(
      `${name} is out of order: file ${i + 1} must be named ${expected}_what_it_does.sql`,
    )
  }
  return await Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

async function createDatabase(connection: WarehouseConnection, database: string): Promise<void> {
  const warehouse = createWarehouse({ ...connection, database: 'default' })
  try {
    await warehouse.command('CREATE DATABASE IF NOT EXISTS {database:Identifier} ENGINE = Atomic', {
      database,
    })
  } finally {
    await warehouse.close()
  }
}

async function readApplied(warehouse: Warehouse): Promise<ReadonlyMap<string, string>> {
  await warehouse.command(
    `CREATE TABLE IF NOT EXISTS migrations (name String, checksum String, applied_at DateTime64(3, 'UTC'))
     ENGINE = ReplacingMergeTree ORDER BY name`,
  )
  const row = z.object({ name: z.string(), checksum: z.string() })
  const rows = await warehouse.query('SELECT name, checksum FROM migrations FINAL', { row })
  return new Map(rows.map(({ name, checksum }) => [name, checksum]))
}

function findPending(
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, string>,
): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration.checksum]))
  for (const [name, checksum] of applied) {
    if (!known.has(name)) {
      throw new MigrationError(
        `the database has ${name}, which this version does not know; use the newer version`,
      )
    }
    if (known.get(name) !== checksum) {
      throw new MigrationError(
        `${name} has changed since it was applied; restore it and put the change into a new file`,
      )
    }
  }
  return migrations.filter(({ name }) => !applied.has(name))
}

async function apply(warehouse: Warehouse, { name, sql, checksum }: Migration): Promise<void> {
  for (const statement of splitStatements(sql)) await warehouse.command(statement)
  await warehouse.command(
    'INSERT INTO migrations SELECT {name:String}, {checksum:String}, {at:DateTime64(3)}',
    { name, checksum, at: toDateTime(Date.now()) },
  )
}
