import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { openTestWarehouse, type TestWarehouse } from '../test-support/test-warehouse.ts'
import { renderClusterMigration } from './cluster-ddl.ts'

const FOLDER = join(import.meta.dirname, '..', 'migrations')

describe('migrations rendered for a cluster', () => {
  let database: TestWarehouse
  before(async () => {
    database = await openTestWarehouse()
  })
  after(async () => await database.stop())

  const parse = async (sql: string): Promise<string> => {
    const [row] = await database.warehouse.query('SELECT formatQuery({sql:String}) AS text', {
      row: z.object({ text: z.string() }),
      params: { sql },
    })
    return row?.text ?? ''
  }

  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.sql'))) {
    test(`${name}: the engine parses every statement`, async () => {
      const statements = renderClusterMigration(readFileSync(join(FOLDER, name), 'utf8'))
      for (const statement of statements) {
        const parsed = await parse(statement)
        assert.notEqual(parsed, '')
        if (/^CREATE|^ALTER/.test(parsed)) assert.match(parsed, /ON CLUSTER/)
        assert.doesNotMatch(parsed, /ENGINE = (Replacing|Aggregating)/)
      }
    })
  }

  test('a table is replicated on its shard, with its own parameters, and spread by its sort key', () => {
    const [local, distributed, ...others] = renderClusterMigration(
      'CREATE TABLE IF NOT EXISTS t (ws UInt32, a UUID, b UUID, v UInt64) ENGINE = ReplacingMergeTree(v)\nORDER BY (ws, a, b);',
    )
    assert.equal(others.length, 0)
    assert.match(
      local ?? '',
      /t_local ON CLUSTER .*ReplicatedReplacingMergeTree\('\/clickhouse\/tables\/\{shard\}\/\{database\}\/\{table\}', '\{replica\}', v\)/,
    )
    assert.match(distributed ?? '', /AS t_local\nENGINE = Distributed\(.*t_local, cityHash64\(ws, a\)\)$/)
  })

  test('the engine refuses what is no SQL', async () => {
    await assert.rejects(parse('CREATE TABLE (('))
  })
})
