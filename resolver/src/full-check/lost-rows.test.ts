import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom, createWorld, shuffle } from '../../test-support/random-world.ts'
import { openLab } from '../../test-support/resolver-lab.ts'
import { TIGHT_LIMITS, toSettings } from '../../test-support/settings.ts'
import { toEnvelope, type Happening } from '../../test-support/world.ts'
import { readMailLists } from '../profile/mail-domains.ts'
import { buildWorkspaces } from '../workspaces.ts'
import { findDifferences, requestRepair } from './find-differences.ts'

/** Tables whose rows the check finds in a way of their own; the others that hang on a lead are compared as leads are. */
const DERIVED = {
  leads_raw: 'lead_id',
  companies_raw: 'company_id',
  company_domains: 'domain',
  rule_firings: 'message_id',
  lead_nodes: 'node_id',
  event_leads: 'message_id',
  identity_assignments: 'node_id',
}

/** A group that has a domain by a server's word, and people with mail there. */
const FIRM: readonly Happening[] = [
  {
    id: 'f1',
    at: 1,
    type: 'group',
    u: 'user-1',
    a: 'cookie-1',
    trust: 'secret',
    fields: { groupId: 'firm', traits: { website: 'firmp1.io', name: 'Firm' } },
  },
  { id: 'f2', at: 2, type: 'identify', u: 'user-8', m: 'ann@firmp1.io', a: 'cookie-12' },
  { id: 'f3', at: 3, type: 'identify', u: 'user-9', m: 'bob@firmp1.io', a: 'cookie-12' },
  { id: 'f4', at: 4, type: 'page', a: 'cookie-12' },
]

/** Tables whose rows are all deleted; of others about half of the keys. */
const WHOLLY = new Set(['companies_raw', 'company_domains', 'rule_firings'])

test('rows of derived tables that were lost are back after one full check', async (t) => {
  const tables = Object.entries(DERIVED).map(([table, key], i) => ({ table, key, ws: i + 1 }))
  const whole = tables.length + 1
  const lab = await openLab(whole, TIGHT_LIMITS)
  t.after(() => lab.close())
  const workspaces = buildWorkspaces(toSettings(whole, TIGHT_LIMITS).workspaces, readMailLists())
  const check = async (ws: number) => {
    const workspace = workspaces.get(ws)
    assert.ok(workspace)
    return await findDifferences(lab.warehouse, workspace)
  }
  await lab.start()
  const world = shuffle(createRandom(3), [...createWorld(3, 60), ...FIRM])
  for (const ws of workspaces.keys()) await lab.send(world.map((happening) => toEnvelope(ws, happening)))
  await lab.settle()
  const expected = await lab.rows(whole)
  for (const [table, rows] of Object.entries(expected)) assert.ok(rows.length > 0, table)

  for (const { table, key, ws } of tables) {
    const some = WHOLLY.has(table) ? '' : `AND cityHash64(${key}) % 2 = 0`
    await lab.warehouse.command(`DELETE FROM ${table} WHERE ws = ${ws} ${some}`)
    const found = await check(ws)
    assert.ok(found.total > 0, `lost rows of ${table} are seen`)
    await requestRepair(lab.stream, ws, found)
  }
  await lab.settle()
  for (const { table, ws } of tables) {
    assert.deepEqual(await lab.rows(ws), expected, table)
  }
})
