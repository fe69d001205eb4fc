import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { createOperator } from '../../test-support/operator.ts'
import { hash } from '../../test-support/resolve-world.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { NOON_MS, toEnvelope, type Happening } from '../../test-support/world.ts'

const DAY_MINUTES = 24 * 60
const anyRow = z.record(z.string(), z.unknown())

/** Ann on her own phone and on the family's computer, which Bob uses too; and a mail that a colleague once typed. */
const ANN: readonly Happening[] = [
  { id: 'phone', at: 0, type: 'page', a: 'ann-phone' },
  {
    id: 'sign-up',
    at: 5,
    type: 'identify',
    u: 'ann-secret-id',
    m: 'ann@annlee.io',
    a: 'ann-phone',
    traits: { name: 'Ann Secretlee', phone: '+15550100' },
  },
  { id: 'family-1', at: 100, type: 'page', a: 'family' },
  { id: 'family-2', at: 102, type: 'identify', u: 'ann-secret-id', a: 'family' },
  { id: 'replaced', at: 300, type: 'alias', u: 'someone', previous: 'ANN@annlee.io ' },
]
const OTHERS: readonly Happening[] = [
  { id: 'family-3', at: 200, type: 'identify', u: 'bob', m: 'bob@acme.io', a: 'family' },
  { id: 'family-4', at: 201, type: 'page', a: 'family' },
  { id: 'colleague', at: 250, type: 'identify', u: 'cleo', m: 'cleo@acme.io', a: 'c9' },
]
const PERSONAL = /ann@|annlee|ann-|secretlee|5550100/i

describe('a lead that is erased', () => {
  let lab: ResolverLab
  before(async () => {
    lab = await openLab(3)
    await lab.start()
  })
  after(async () => await lab.close())

  const send = async (workspace: number, list: readonly Happening[]): Promise<void> => {
    await lab.send(list.map((happening) => toEnvelope(workspace, happening)))
    await lab.settle()
  }

  async function tables(): Promise<readonly string[]> {
    const rows = await lab.warehouse.query(
      `SELECT name FROM system.tables WHERE database = currentDatabase() AND name != 'migrations'`,
      { row: z.object({ name: z.string() }) },
    )
    return rows.map(({ name }) => name)
  }

  /** Rows of all tables and views in which any text of the person, or any of these ids, stands. */
  async function traces(ids: readonly string[], except: readonly string[] = []): Promise<readonly string[]> {
    const found: string[] = []
    for (const table of await tables()) {
      if (except.includes(table)) continue
      const rows = await lab.warehouse.query('SELECT * FROM {table:Identifier} WHERE ws = 1', {
        row: anyRow,
        params: { table },
      })
      for (const row of rows) {
        const text = JSON.stringify(row)
        if (PERSONAL.test(text) || ids.some((id) => text.includes(id))) found.push(`${table}: ${text}`)
      }
    }
    return found
  }

  test('leaves nothing behind in any table, and a replay of everything does not bring it back', async () => {
    const ids = [hash('user', 'ann-secret-id'), hash('mail', 'ann@annlee.io'), hash('anon', 'ann-phone')]
    await send(1, [...ANN, ...OTHERS])
    await send(2, OTHERS)
    assert.ok((await traces(ids)).length > 10)

    const operator = createOperator(lab, 1, NOON_MS + 2 * DAY_MINUTES * 60_000)
    const command = await operator.give({ action: 'erase', a: 'mail:ann@annlee.io' })
    assert.deepEqual(command.effect, { leads: 1, events: 4, sessions: 2 })
    // Hashes in these two are what keeps her erased.
    const kept = ['erasures']
    assert.deepEqual(await traces(ids, kept), [])
    const erased = (await lab.work(1)).filter(({ reason }) => reason === 'erased').map(({ id }) => id)
    assert.ok(ids.every((id) => erased.includes(id)))

    await send(1, [...OTHERS, ...ANN].toReversed())
    assert.deepEqual(await traces(ids, kept), [])
    assert.deepEqual(await lab.rows(1), await lab.rows(2), 'as if there had only ever been the others')
    assert.deepEqual(lab.complaints, [])
  })

  test('starts anew with what happens after it', async () => {
    await send(3, ANN)
    const operator = createOperator(lab, 3, NOON_MS + 2 * DAY_MINUTES * 60_000)
    await operator.give({ action: 'erase', a: 'user:ann-secret-id' })
    assert.deepEqual((await lab.rows(3))['leads'], [])
    const later: Happening = {
      id: 'again',
      at: 3 * DAY_MINUTES,
      type: 'identify',
      u: 'ann-secret-id',
      m: 'ann@annlee.io',
    }
    const envelope = toEnvelope(3, later)
    await lab.send([{ ...envelope, receivedAt: new Date(NOON_MS + 4 * DAY_MINUTES * 60_000).toISOString() }])
    await lab.settle()
    const leads = z
      .array(z.object({ lead_id: z.string(), events: z.number(), primary_email: z.string() }))
      .parse((await lab.rows(3))['leads'])
    assert.deepEqual(
      leads.map(({ events, primary_email }) => ({ events, primary_email })),
      [{ events: 1, primary_email: 'ann@annlee.io' }],
    )
    assert.notEqual(leads[0]?.lead_id, hash('user', 'ann-secret-id'))

    await operator.give({ action: 'erase', a: 'user:ann-secret-id' })
    await lab.send([toEnvelope(3, later)])
    await lab.settle()
    assert.deepEqual((await lab.rows(3))['events'], [])
  })
})
