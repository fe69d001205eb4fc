import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crmLinkRow, uuid } from '@leadline/warehouse/test-warehouse'
import { createMemoryWarehouse } from '../../test-support/memory-warehouse.ts'
import { loadLinks } from '../state/links.ts'
import { linkKey } from '../state/load-round.ts'
import { findOvertaken } from './take-in-hand.ts'

test('a link is overtaken by what a poll saw, and not by the end of a look at its people', async () => {
  const warehouse = createMemoryWarehouse()
  const ws = 1
  const id = uuid(1)
  const write = (
    version: number,
    row: { readonly status: string; readonly owner_id: string },
  ): Promise<void> =>
    warehouse.insert('crm_links_raw', [
      crmLinkRow({ ws, id, kind: 'company', object: 'Account', ...row, version: String(version) }),
    ])
  await write(1, { status: 'stale', owner_id: 'one' })
  const known = await loadLinks(warehouse, ws, { kind: 'company', ids: [id] })
  const links = new Map([...known.values()].map((link) => [linkKey(link), link]))
  const state = { people: [], companies: new Map(), links, shadows: new Map() }
  await write(2, { status: 'linked', owner_id: 'one' })
  assert.deepEqual(await findOvertaken({ warehouse, ws }, state), new Set())
  await write(3, { status: 'linked', owner_id: 'another' })
  assert.deepEqual(await findOvertaken({ warehouse, ws }, state), new Set([`company:${id}`]))
})
