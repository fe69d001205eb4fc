import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { createOperator } from '../../test-support/operator.ts'
import { hash } from '../../test-support/resolve-world.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { NOON_MS, toEnvelope, type Happening } from '../../test-support/world.ts'

const DAY_MS = 24 * 60 * 60 * 1000

describe('what operators decide', () => {
  let lab: ResolverLab
  let workspaces = 0
  before(async () => {
    lab = await openLab(12)
    await lab.start()
  })
  after(async () => await lab.close())

  async function open(happenings: readonly Happening[]) {
    workspaces += 1
    const workspace = workspaces
    const send = async (list: readonly Happening[]): Promise<void> => {
      await lab.send(list.map((happening) => toEnvelope(workspace, happening)))
      await lab.settle()
    }
    await send(happenings)
    const leads = async () => {
      const { events } = await lab.rows(workspace)
      const rows = z.array(z.object({ message_id: z.string(), lead_id: z.string() })).parse(events)
      return Object.fromEntries(rows.map(({ message_id, lead_id }) => [message_id, lead_id]))
    }
    return { workspace, send, leads, operator: createOperator(lab, workspace, NOON_MS + 2 * DAY_MS) }
  }

  const ANN: readonly Happening[] = [
    { id: 'look', at: 0, type: 'page', a: 'c1' },
    { id: 'sign', at: 5, type: 'identify', u: 'ann', m: 'ann@acme.io', a: 'c1' },
  ]
  const FORM: readonly Happening[] = [{ id: 'form', at: 60, type: 'identify', m: 'ann.lee@home.io', a: 'c2' }]
  const ann = hash('user', 'ann')

  test('a join makes two leads one, with all they did, and undo takes it back', async () => {
    const { workspace, leads, operator, send } = await open([...ANN, ...FORM])
    const before = await lab.rows(workspace)
    const join = { action: 'join', a: 'mail:ann.lee@home.io', b: 'user:ann' } as const
    const planned = await operator.plan(join)
    assert.ok(planned.ok)
    assert.deepEqual(planned.command.effect, { leads: 2, events: 1, sessions: 1 })
    assert.deepEqual(planned.effect.events, [{ from: hash('mail', 'ann.lee@home.io'), to: ann, count: 1 }])
    assert.deepEqual(await lab.rows(workspace), before, 'a plan writes nothing')

    const command = await operator.give(join)
    assert.deepEqual(await leads(), { look: ann, sign: ann, form: ann })
    await send([{ id: 'later', at: 200, type: 'page', a: 'c2' }])
    assert.equal((await leads())['later'], ann)

    await operator.give({ action: 'undo', command: command.id })
    const form = hash('mail', 'ann.lee@home.io')
    assert.deepEqual(await leads(), { look: ann, sign: ann, form, later: form })
  })

  test('a mail and a cookie are split off a lead, and stay off whatever is sent again', async () => {
    const { leads, operator, send } = await open([...ANN, { id: 'mailed', at: 20, m: 'ann@acme.io' }])
    assert.equal((await leads())['mailed'], ann)
    await operator.give({ action: 'part', a: 'anon:c1', b: 'user:ann' })
    assert.equal((await leads())['look'], hash('anon', 'c1'))
    await operator.give({ action: 'part', a: 'mail:ann@acme.io', b: 'user:ann' })
    assert.equal((await leads())['mailed'], hash('mail', 'ann@acme.io'))
    await send(ANN)
    assert.deepEqual(await leads(), {
      look: hash('anon', 'c1'),
      sign: ann,
      mailed: hash('mail', 'ann@acme.io'),
    })
  })

  test('a lead in quarantine is told apart with its mail, and comes back whole', async () => {
    const { workspace, operator } = await open(ANN)
    const before = await lab.rows(workspace)
    await operator.give({ action: 'quarantine', a: 'user:ann' })
    const join = await operator.plan({ action: 'join', a: 'user:ann', b: 'anon:c1' })
    assert.match(join.ok ? '' : join.reason, /user:ann is nobody's: it is in quarantine/)
    const leads = JSON.stringify((await lab.rows(workspace))['leads'])
    assert.doesNotMatch(leads, /"stage":"qualified"/)
    await operator.give({ action: 'release', a: 'user:ann' })
    assert.deepEqual(await lab.rows(workspace), before)
  })

  test('what makes no sense is refused with a reason', async () => {
    const { operator } = await open([...ANN, { id: 'stranger', at: 0, type: 'page', a: 'c3' }, ...FORM])
    const refused = async (request: Parameters<typeof operator.plan>[0]): Promise<string> => {
      const plan = await operator.plan(request)
      return plan.ok ? 'it was accepted' : plan.reason
    }
    assert.match(await refused({ action: 'join', a: 'user:ann', b: 'ann@acme.io' }), /one lead already/)
    assert.match(
      await refused({ action: 'join', a: 'user:bob', b: 'user:ann' }),
      /nobody is known by user:bob/,
    )
    assert.match(await refused({ action: 'join', a: 'ann', b: 'user:ann' }), /no identifier/)
    assert.match(await refused({ action: 'part', a: 'anon:c3', b: 'user:ann' }), /nothing ties/)
    assert.match(await refused({ action: 'part', a: 'user:ann', b: 'ann@acme.io' }), /is this lead itself/)
    assert.match(await refused({ action: 'release', a: 'user:ann' }), /not in quarantine/)
    assert.match(await refused({ action: 'undo', command: ann }), /no command/)
    assert.match(await refused({ action: 'undo', command: 'the last one' }), /no command/)
    const join = await operator.give({ action: 'join', a: 'mail:ann.lee@home.io', b: 'user:ann' })
    const undo = await operator.give({ action: 'undo', command: join.id })
    assert.match(await refused({ action: 'undo', command: join.id }), /undone already/)
    await operator.give({ action: 'undo', command: undo.id })
    assert.equal(await refused({ action: 'undo', command: join.id }), 'it was accepted')
  })

  test('who decided what is kept', async () => {
    const { workspace, operator } = await open([...ANN, ...FORM])
    const join = await operator.give({ action: 'join', a: 'mail:ann.lee@home.io', b: 'user:ann' })
    await operator.give({ action: 'undo', command: join.id })
    const rows = await lab.warehouse.query(
      `SELECT action, actor, undoes, leads, events FROM identity_commands FINAL
       WHERE ws = {ws:UInt32} ORDER BY at`,
      { row: z.record(z.string(), z.unknown()), params: { ws: workspace } },
    )
    assert.deepEqual(rows, [
      { action: 'join', actor: 'rosa', undoes: '00000000-0000-0000-0000-000000000000', leads: 2, events: 1 },
      { action: 'undo', actor: 'rosa', undoes: join.id, leads: 2, events: 1 },
    ])
  })
})
