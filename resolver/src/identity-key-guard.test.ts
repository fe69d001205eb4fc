import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { z } from 'zod'
import { toWorkspaceSettings } from '../test-support/settings.ts'
import { guardIdentityKey, IdentityKeyError } from './identity-key-guard.ts'

describe('the identity key of a workspace', () => {
  let database: TestWarehouse
  before(async () => {
    database = await openTestWarehouse()
  })
  after(async () => await database.stop())

  const start = async (id: number, identityKey: string): Promise<void> =>
    await guardIdentityKey(database.warehouse, {
      id,
      settings: { ...toWorkspaceSettings(), slug: `shop-${id}`, identityKey },
    })

  test('may be any at the first start, and has to stay the same', async () => {
    await start(1, 'the first key of this shop')
    await start(1, 'the first key of this shop')
    await assert.rejects(start(1, 'another key of this shop'), (error) => {
      assert.ok(error instanceof IdentityKeyError)
      assert.match(error.message, /shop-1.*another identityKey.*put the former key back/)
      assert.doesNotMatch(error.message, /key of this shop/)
      return true
    })
    await start(1, 'the first key of this shop')
  })

  test('is each workspace’s own', async () => {
    await start(2, 'the key of the second')
    await start(3, 'the key of the third')
  })

  test('is not stored, nor is a refused one', async () => {
    const row = z.object({ name: z.string(), value: z.string() })
    const stored = await database.warehouse.query('SELECT name, value FROM settings', { row })
    assert.ok(stored.length >= 3)
    assert.doesNotMatch(JSON.stringify(stored), /the first key|another key|the key of/)
  })
})
