import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { IdentityLimits } from '@leadline/contract'
import { createLog } from '@leadline/runtime'
import { toDateTime } from '@leadline/warehouse'
import { z } from 'zod'
import { createRandom, createWorld, shuffle } from '../../test-support/random-world.ts'
import { hash } from '../../test-support/resolve-world.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { TIGHT_LIMITS, toSettings } from '../../test-support/settings.ts'
import { NOON_MS, toEnvelope } from '../../test-support/world.ts'
import { readMailLists } from '../profile/mail-domains.ts'
import { Progress } from '../progress.ts'
import { buildWorkspaces } from '../workspaces.ts'
import { findDifferences, requestRepair, type Differences } from './find-differences.ts'
import { checkWhatIsDue, checkWhereRulesChanged } from './nightly-check.ts'

const WORLDS = [1, 2]
const IN_ITS_HOUR = { ...TIGHT_LIMITS, nightlyCheckHour: 3 }
/** Of a page: the identifiers of one lead lie in several. */
const FEW = 6

const idsOf = ({ nodes }: Pick<Differences, 'nodes'>): readonly string[] =>
  nodes.map(({ id }) => id).toSorted()

describe('the full reconcile', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(WORLDS.length, TIGHT_LIMITS)
    await lab.start()
    for (const seed of WORLDS) {
      const world = shuffle(createRandom(seed), createWorld(seed, 80))
      const half = world.length / 2
      for (const part of [world.slice(0, half), world.slice(half)]) {
        await lab.send(part.map((happening) => toEnvelope(seed, happening)))
        await lab.settle()
      }
    }
  })
  after(async () => await lab.close())

  const check = (id: number, pageSize?: number) => {
    const workspaces = buildWorkspaces(toSettings(WORLDS.length, TIGHT_LIMITS).workspaces, readMailLists())
    const workspace = workspaces.get(id)
    assert.ok(workspace)
    return findDifferences(lab.warehouse, workspace, pageSize)
  }

  for (const seed of WORLDS) {
    test(`finds no difference to what events brought about one by one, world ${seed}`, async () => {
      const { checked, rows } = await check(seed)
      assert.ok(checked > 15)
      assert.deepEqual(rows, {})
      const byPages = await check(seed, FEW)
      assert.deepEqual([byPages.checked, byPages.rows], [checked, {}])
    })
  }

  test('finds what was lost, altered or made up, and mends exactly that', async () => {
    const before = await lab.rows(1)
    const [lead] = await lab.warehouse.query(
      'SELECT lead_id FROM leads WHERE ws = 1 AND events > 2 LIMIT 1',
      {
        row: z.object({ lead_id: z.string() }),
      },
    )
    assert.ok(lead)
    await lab.warehouse.command(`DELETE FROM sessions_raw WHERE ws = 1 AND lead_id = {lead:UUID}`, {
      lead: lead.lead_id,
    })
    await lab.warehouse.command(
      `ALTER TABLE event_leads UPDATE lead_id = generateUUIDv4() WHERE ws = 1 AND lead_id = {lead:UUID}
       SETTINGS mutations_sync = 1`,
      { lead: lead.lead_id },
    )
    await lab.warehouse.insert('identity_assignments', [
      {
        ws: 1,
        node_id: hash('anon', 'cookie-1'),
        from_ts: toDateTime(NOON_MS),
        to_ts: toDateTime(NOON_MS),
        lead_id: hash('user', 'nobody'),
        rule: 'R5',
        version: '1',
        gone: 0,
      },
    ])
    const found = await check(1)
    for (const table of ['sessions', 'event_leads', 'identity_assignments'])
      assert.ok(found.rows[table], table)
    const byPages = await check(1, FEW)
    assert.deepEqual(byPages.rows, found.rows)
    assert.deepEqual(idsOf(byPages), idsOf(found))
    await requestRepair(lab.stream, 1, found)
    await lab.settle()
    assert.equal((await check(1)).total, 0)
    assert.deepEqual(await lab.rows(1), before)
  })

  test('runs by itself in its hour, once a day', async () => {
    const lines: string[] = []
    const { workspaces } = toSettings(WORLDS.length, IN_ITS_HOUR)
    const dependencies = {
      stream: lab.stream,
      warehouse: lab.warehouse,
      workspaces: buildWorkspaces(workspaces, readMailLists()),
      progress: new Progress(),
      log: createLog('resolver', (line) => void lines.push(line)),
      now: () => Date.UTC(2026, 10, 21, 3, 59),
    }
    await checkWhatIsDue({ ...dependencies, now: () => Date.UTC(2026, 10, 21, 2, 59) })
    assert.equal(lines.length, 0)
    await checkWhatIsDue(dependencies)
    await checkWhatIsDue(dependencies)
    assert.equal(lines.length, WORLDS.length)
    for (const line of lines) assert.match(line, /found no difference.*"differences":0/)
  })

  test('runs after a start with other rules, once', async () => {
    const lines: string[] = []
    const progress = new Progress()
    const startWith = async (limits: Partial<IdentityLimits>): Promise<void> => {
      const { workspaces } = toSettings(1, { ...IN_ITS_HOUR, ...limits })
      await checkWhereRulesChanged({
        stream: lab.stream,
        warehouse: lab.warehouse,
        workspaces: buildWorkspaces(workspaces, readMailLists()),
        progress,
        log: createLog('resolver', (line) => void lines.push(line)),
        now: Date.now,
      })
    }
    await startWith({})
    await startWith({})
    assert.deepEqual(lines, [], 'the first one has nothing to compare with')
    await startWith({ mailsPerUser: 1 })
    await startWith({ mailsPerUser: 1 })
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /found differences, which are mended now/)
    await lab.settle()
  })

  test('finds a lead of which no identifier is known', async () => {
    const made = hash('user', 'made up')
    const [row] = await lab.warehouse.query(
      'SELECT * FROM leads_raw FINAL WHERE ws = 2 AND gone = 0 LIMIT 1',
      {
        row: z.record(z.string(), z.unknown()),
      },
    )
    assert.ok(row)
    await lab.warehouse.command(
      `INSERT INTO leads_raw SELECT * REPLACE ({made:UUID} AS lead_id) FROM leads_raw FINAL
       WHERE ws = 2 AND gone = 0 LIMIT 1`,
      { made },
    )
    const found = await check(2)
    assert.deepEqual(found.rows['leads'], 1)
    await requestRepair(lab.stream, 2, found)
    await lab.settle()
    assert.equal((await check(2)).total, 0)
  })
})
