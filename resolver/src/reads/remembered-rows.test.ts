import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { encodeTouched, TOUCHED_TOPIC } from '@leadline/contract'
import { createLog, type RunningService } from '@leadline/runtime'
import type { Warehouse } from '@leadline/warehouse'
import { hash } from '../../test-support/resolve-world.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toSettings } from '../../test-support/settings.ts'
import { waitUntil } from '../../test-support/wait-until.ts'
import { toEnvelope, type Happening } from '../../test-support/world.ts'
import { findDifferences } from '../full-check/find-differences.ts'
import { readMailLists } from '../profile/mail-domains.ts'
import { startResolver } from '../start-resolver.ts'
import { buildWorkspaces } from '../workspaces.ts'
import { KnownIds } from './known-ids.ts'

/** A question for rows that the reconciler has written, by lead or identifier. */
const OWN_ROWS =
  /FROM (leads_raw|contact_leads|sessions_raw|company_leads|qualifications_raw|lead_nodes|identity_assignments|rule_firings) FINAL\s+WHERE ws = \{ws:UInt32\} AND (lead_id|node_id) IN/

const identify = (id: string, at: number, who: Pick<Happening, 'a' | 'u' | 'm'>): Happening => ({
  id,
  at,
  type: 'identify',
  ...who,
})
const page = (id: string, at: number, who: Pick<Happening, 'a' | 'u'>): Happening => ({
  id,
  at,
  type: 'page',
  ...who,
})

describe('rows that the reconciler wrote itself', () => {
  let lab: ResolverLab
  let service: RunningService
  const asked: string[] = []

  const restart = async (): Promise<void> => {
    await service?.stop()
    service = await startResolver({
      stream: lab.stream,
      warehouse: watchQuestions(lab.warehouse, asked),
      settings: toSettings(1).workspaces,
      log: createLog('resolver', () => undefined),
      now: Date.now,
      gatherMs: 20,
    })
  }
  const settle = () =>
    waitUntil('all is resolved', async () => (await lab.hasNoLag()) && (await service.report()).idle)
  /** Which of its own tables were asked for this. */
  const feed = async (happenings: readonly Happening[]): Promise<readonly string[]> => {
    await settle()
    asked.length = 0
    await lab.send(happenings.map((happening) => toEnvelope(1, happening)))
    await settle()
    return [...new Set(asked)].toSorted()
  }
  const countLeads = async () => (await lab.rows(1))['leads']?.length
  const compare = async () => {
    const workspace = buildWorkspaces(toSettings(1).workspaces, readMailLists()).get(1)
    assert.ok(workspace)
    return await findDifferences(lab.warehouse, workspace)
  }
  const differences = async () => (await compare()).rows

  before(async () => {
    lab = await openLab(1)
    await restart()
    await feed([page('warm', 0, { a: 'somebody' })])
  })
  after(async () => {
    await service.stop()
    await lab.close()
  })

  test('are not asked for, nor those of leads that are new', async () => {
    const people = [
      page('a1', 0, { a: 'laptop' }),
      identify('a2', 5, { u: 'ann', m: 'ann@acme.example', a: 'phone' }),
      identify('b1', 7, { u: 'bob', m: 'bob@acme.example' }),
    ]
    assert.deepEqual(await feed(people), [])
    assert.equal(await countLeads(), 4)
    const stitched = [
      identify('a3', 90, { u: 'ann', a: 'laptop' }),
      page('b2', 100, { u: 'bob', a: 'phone' }),
    ]
    assert.deepEqual(await feed(stitched), ['rule_firings'], 'of a cookie that nobody had asked about')
    assert.equal(await countLeads(), 3)
    assert.deepEqual(await differences(), {})
  })

  test('are asked for once by the next process, which knows who is new all the same', async () => {
    // What the last try of a process wrote is looked at by the next one.
    await feed([identify('z1', 50, { u: 'zoe', a: 'zoes', m: 'zoe@acme.example' })])
    await restart()
    await feed([page('warm again', 3000, { a: 'somebody' })])
    assert.deepEqual(await feed([identify('c1', 50, { u: 'cid', a: 'tablet', m: 'cid@acme.example' })]), [])
    const tables = await feed([page('b3', 200, { u: 'bob' })])
    assert.ok(tables.includes('leads_raw') && tables.includes('sessions_raw'), tables.join())
    assert.deepEqual(await feed([page('b4', 201, { u: 'bob' })]), [])
    assert.deepEqual(await differences(), {})
  })

  test('are asked for again when somebody else has seen that they are not right', async () => {
    await feed([page('b5', 400, { u: 'bob' })])
    for (const table of ['sessions_raw', 'contact_leads', 'lead_nodes'])
      await lab.warehouse.command(
        'ALTER TABLE {table:Identifier} DELETE WHERE lead_id = {lead:UUID} SETTINGS mutations_sync = 2',
        { table, lead: hash('user', 'bob') },
      )
    const { rows, nodes } = await compare()
    assert.notDeepEqual(rows, {})
    await lab.stream.append(TOUCHED_TOPIC, [
      { key: '1', value: encodeTouched({ v: 1, workspace: 1, nodes }) },
    ])
    await settle()
    assert.deepEqual(await differences(), {})
  })
})

/** Notes of which of its own tables somebody asks for rows. */
const watchQuestions = (warehouse: Warehouse, asked: string[]): Warehouse => ({
  ...warehouse,
  query: (sql, options) => {
    const table = OWN_ROWS.exec(sql)?.[1]
    if (table !== undefined) asked.push(table)
    return warehouse.query(sql, options)
  },
})

test('what was told of an id is never denied, and of unknown ones hardly any is supposed to be known', () => {
  const known = new KnownIds(0)
  const toId = (name: string, i: number) => hash('user', `${name} ${i}`)
  const ids = Array.from({ length: 20_000 }, (_, i) => toId('known', i))
  for (const id of ids.slice(0, 10_000)) known.add(id)
  known.addAll(
    ids
      .slice(10_000)
      .map((id) => id.slice(0, 8) + id.slice(28))
      .join(''),
  )
  assert.ok(ids.every((id) => known.mayHave(id)))
  const supposed = Array.from({ length: 20_000 }, (_, i) => toId('other', i)).filter((id) =>
    known.mayHave(id),
  )
  assert.ok(supposed.length < 100, `${supposed.length} of 20,000`)
})
