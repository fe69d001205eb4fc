import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createRandom, shuffle } from '../../test-support/random-world.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toSettings } from '../../test-support/settings.ts'
import { toEnvelope, type Happening } from '../../test-support/world.ts'
import { toChunks } from '../chunks.ts'
import { findDifferences } from '../full-check/find-differences.ts'
import { readMailLists } from '../profile/mail-domains.ts'
import { buildWorkspaces } from '../workspaces.ts'

const DAY = 24 * 60
const EVENTS = 170

const visits = (name: string, who: Pick<Happening, 'a' | 'u'>): readonly Happening[] =>
  Array.from({ length: EVENTS }, (_, i) => ({
    id: `${name}-${i}`,
    at: -(i % 9) * DAY + Math.floor(i / 9) * 17,
    type: i % 3 === 0 ? 'page' : i % 20 === 1 ? 'group' : 'track',
    ...who,
    fields:
      i % 20 === 1
        ? { groupId: 'g1' }
        : { properties: { url: `https://shop.example/${i % 4}?utm_source=s${i % 5}` } },
  }))
const identify = (id: string, at: number, who: Pick<Happening, 'a' | 'u' | 'm'>): Happening => ({
  id,
  at,
  type: 'identify',
  ...who,
})

/** Two users and a cookie with long lives; the cookie becomes one's own, then is found to be shared. */
const WORLD: readonly Happening[] = [
  ...visits('ann', { u: 'ann', a: 'laptop' }),
  ...visits('bob', { u: 'bob' }),
  ...visits('nobody', { a: 'kiosk' }),
  identify('a1', -5 * DAY, { u: 'ann', a: 'kiosk', m: 'ann@acme.example' }),
  identify('b1', -2 * DAY, { u: 'bob', a: 'kiosk', m: 'bob@acme.example' }),
  { id: 'alias', at: 10, type: 'alias', u: 'ann', previous: 'old-ann', trust: 'secret' },
]

describe('leads with long lives', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(3)
    await lab.start()
  })
  after(async () => await lab.close())

  async function feed(workspace: number, portions: readonly (readonly Happening[])[]): Promise<void> {
    for (const portion of portions) {
      await lab.send(portion.map((happening) => toEnvelope(workspace, happening)))
      await lab.settle()
    }
  }

  test('have the same rows whether their events were read at once or remembered', async () => {
    const random = createRandom(3)
    const most = WORLD.slice(0, -3)
    await feed(1, [WORLD])
    await feed(2, [...toChunks(shuffle(random, WORLD), 130), WORLD.slice(10, 60)])
    await feed(3, [most.toReversed(), WORLD.slice(-3), [identify('a1', -5 * DAY, { u: 'ann', a: 'kiosk' })]])
    const rows = await lab.rows(1)
    assert.equal(rows['events']?.length, WORLD.length)
    assert.deepEqual(await lab.rows(2), rows, 'in portions and in another order')
    assert.deepEqual(await lab.rows(3), rows, 'backwards, and what identifies last')
    const workspaces = buildWorkspaces(toSettings(3).workspaces, readMailLists())
    for (const workspace of workspaces.values())
      assert.deepEqual(
        (await findDifferences(lab.warehouse, workspace)).rows,
        {},
        `workspace ${workspace.id}`,
      )
  })

  test('cost the same for one event more, however long they are', async () => {
    await feed(1, [[{ id: 'warm', at: 30, type: 'page', u: 'bob' }]])
    const readFor = async (id: string): Promise<number> => {
      const before = lab.warehouse.rowsRead()
      await feed(1, [[{ id, at: -30, type: 'page', u: 'bob' }]])
      return lab.warehouse.rowsRead() - before
    }
    const few = await readFor('one more')
    await feed(
      1,
      toChunks(
        visits('busy', { u: 'bob' }).flatMap((visit) =>
          [1, 2, 3, 4].map((n) => ({ ...visit, id: `${visit.id}-${n}`, at: visit.at - n * 10 * DAY })),
        ),
        400,
      ),
    )
    for (const table of ['events_raw', 'event_leads'])
      await lab.warehouse.command(`OPTIMIZE TABLE ${table} FINAL`)
    const many = await readFor('and another')
    assert.ok(many < few * 2, `${few} rows for one among ${EVENTS}, ${many} for one among five times as many`)
  })
})
