import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CONTROL_TOPIC, encodeIdentityCommand } from '@leadline/contract'
import { z } from 'zod'
import { createRulings, toCommand } from '../../test-support/random-rulings.ts'
import { createRandom, createWorld, shuffle } from '../../test-support/random-world.ts'
import { hash } from '../../test-support/resolve-world.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { TIGHT_LIMITS, toSettings } from '../../test-support/settings.ts'
import { toEnvelope } from '../../test-support/world.ts'
import { readMailLists } from '../profile/mail-domains.ts'
import { buildWorkspaces, type Workspace } from '../workspaces.ts'
import { compareWithSql, countMovesBySql } from './compare-with-sql.ts'

/** More by hand: LEADLINE_SQL_WORLDS=100. */
const WORLDS = Array.from({ length: Number(process.env['LEADLINE_SQL_WORLDS'] ?? 4) }, (_, i) => i + 1)

describe('the ladder in SQL', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(WORLDS.length, TIGHT_LIMITS)
    await lab.start()
    for (const seed of WORLDS) {
      const random = createRandom(seed)
      await lab.stream.append(
        CONTROL_TOPIC,
        // Operators of every other world leave things as they are.
        createRulings(random, seed % 2 === 0 ? 9 : 0).map((ruling) => ({
          key: String(seed),
          value: encodeIdentityCommand(toCommand(seed, ruling)),
        })),
      )
      const world = shuffle(random, createWorld(seed, 80))
      await lab.send(world.map((happening) => toEnvelope(seed, happening)))
    }
    await lab.settle()
  })
  after(async () => await lab.close())

  const compare = async (id: number, limits: Partial<typeof TIGHT_LIMITS> = {}) =>
    await compareWithSql(lab.warehouse, workspaceOf(id, { ...TIGHT_LIMITS, ...limits }))

  for (const seed of WORLDS) {
    test(`sees every event where the resolver put it, world ${seed}`, async () => {
      assert.deepEqual(await compare(seed), [])
    })
  }

  test('sees others where a rule is another', async () => {
    const tightened = { mailsPerUser: 1, sharedMailsPerUser: 1, usersPerMail: 1, usersPerLead: 1 }
    for (const [limit, value] of Object.entries(tightened)) {
      const found = []
      for (const seed of WORLDS)
        if (found.length === 0) found.push(...(await compare(seed, { [limit]: value })))
      assert.notEqual(found.length, 0, limit)
    }
  })

  test('tells of very many the first, and who would get how many of whom', async () => {
    const limits = { usersPerMail: 1, mailsPerUser: 1, sharedMailsPerUser: 1 }
    const workspace = workspaceOf(1, { ...TIGHT_LIMITS, ...limits })
    const all = await compare(1, limits)
    assert.ok(all.length > 2)
    assert.deepEqual(await compareWithSql(lab.warehouse, workspace, 2), all.slice(0, 2))
    const moves = await countMovesBySql(lab.warehouse, workspace)
    assert.equal(
      moves.reduce((sum, { events }) => sum + events, 0),
      all.length,
    )
    for (const { from, to, events } of moves)
      assert.equal(all.filter(({ stored, expected }) => stored === from && expected === to).length, events)
  })

  test('tells an event that is put elsewhere, and leaves nothing behind', async () => {
    const [event] = await lab.warehouse.query(
      'SELECT node_id, lead_id, message_id FROM event_leads FINAL WHERE ws = 1 ORDER BY message_id LIMIT 1',
      { row: z.object({ node_id: z.string(), lead_id: z.string(), message_id: z.string() }) },
    )
    assert.ok(event)
    const stranger = hash('user', 'a stranger')
    await lab.warehouse.command(
      `INSERT INTO event_leads SELECT * REPLACE ({stranger:UUID} AS lead_id, version + 1 AS version)
       FROM event_leads FINAL WHERE ws = 1 AND message_id = {message:String}`,
      { stranger, message: event.message_id },
    )
    const expected = { messageId: event.message_id, node: event.node_id, stored: stranger }
    assert.deepEqual(await compare(1), [{ ...expected, expected: event.lead_id }])
    const left = await lab.warehouse.query('SELECT count() AS rows FROM ladder_steps', {
      row: z.object({ rows: z.coerce.number() }),
    })
    assert.deepEqual(left, [{ rows: 0 }])
  })
})

function workspaceOf(id: number, limits: Partial<typeof TIGHT_LIMITS>): Workspace {
  const { workspaces } = toSettings(WORLDS.length, limits)
  const workspace = buildWorkspaces(workspaces, readMailLists()).get(id)
  assert.ok(workspace)
  return workspace
}
