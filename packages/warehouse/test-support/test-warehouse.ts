import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWarehouse } from '../src/create-warehouse.ts'
import { migrate } from '../src/migrate.ts'
import type { WarehouseConnection } from '../src/connection.ts'
import type { Warehouse } from '../src/warehouse.ts'
import { startEmbeddedChild } from './embedded-child.ts'

/** Rows to start from, for the tables that most tests fill. */
export * from './rows.ts'

export interface TestWarehouse extends WarehouseConnection {
  readonly database: string
  /** On a migrated database of its own. */
  readonly warehouse: Warehouse
  /** Of the user `reader`. */
  readonly readerPassword: string
  stop(): Promise<void>
}

/** A database for one test file: embedded, or on the server that CLICKHOUSE_URL (with user and password) names. */
export async function openTestWarehouse(): Promise<TestWarehouse> {
  const url = process.env['CLICKHOUSE_URL']
  return url ? await openOnServer(new URL(url)) : await openEmbedded()
}

async function openEmbedded(): Promise<TestWarehouse> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-warehouse-'))
  const access = { user: 'leadline', password: draw(), readerPassword: draw() }
  const child = await startEmbeddedChild({ directory, port: 0, ...access })
  const connection = { url: child.url, database: 'leadline', ...access }
  return await open(connection, async () => {
    await child.stop()
    await rm(directory, { recursive: true, force: true })
  })
}

async function openOnServer(address: URL): Promise<TestWarehouse> {
  const user = decodeURIComponent(address.username) || 'default'
  const password = decodeURIComponent(address.password)
  const connection = {
    url: address.origin,
    user,
    password,
    readerPassword: '',
    database: `leadline_test_${draw()}`,
  }
  return await open(connection, async () => {
    const server = createWarehouse({ ...connection, database: 'default' })
    await server.command('DROP DATABASE {database:Identifier} SYNC', { database: connection.database })
    await server.close()
  })
}

async function open(
  connection: WarehouseConnection & { readonly database: string; readonly readerPassword: string },
  release: () => Promise<void>,
): Promise<TestWarehouse> {
  await migrate(connection)
  const warehouse = createWarehouse(connection)
  return {
    ...connection,
    warehouse,
    stop: async () => {
      await warehouse.close()
      await release()
    },
  }
}

const draw = (): string => randomBytes(12).toString('hex')
