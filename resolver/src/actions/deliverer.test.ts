import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { settingsSchema } from '@leadline/contract'
import { createLog } from '@leadline/runtime'
import { toDateTime, type ActionDeliveriesRow, type Warehouse } from '@leadline/warehouse'
import { eventLeadRow, eventRow, leadRow, uuid } from '@leadline/warehouse/test-warehouse'
import { z } from 'zod'
import { openReceiver, type Receiver } from '../../test-support/receiver.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toSettings } from '../../test-support/settings.ts'
import { waitUntil } from '../../test-support/wait-until.ts'
import { ErasureBook } from '../control/erasures.ts'
import { readMailLists } from '../profile/mail-domains.ts'
import { Progress } from '../progress.ts'
import { buildWorkspaces } from '../workspaces.ts'
import { createDeliverer, type Deliverer } from './deliverer.ts'
import { toDeliveryId } from './delivery-id.ts'
import { leadMessageSchema } from './lead-message.ts'
import { retryDeliveries, type LogFilter } from './operate.ts'

const SECRET = `whsec_${Buffer.from('a secret of the tests, long enough').toString('base64')}`
const START_MS = Date.UTC(2026, 10, 21, 10)
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const RULE = 'known'
const ACTION = 'webhook crm'

describe('the deliverer', () => {
  let receiver: Receiver
  let lab: ResolverLab
  let nowMs = START_MS
  let ws = 0
  const complaints: string[] = []
  before(async () => {
    receiver = await openReceiver()
    lab = await openLab(0)
  })
  after(async () => {
    await lab.close()
    await receiver.close()
  })
  beforeEach(() => {
    ws += 1
    nowMs = START_MS
    receiver.behave(() => ({ status: 200 }))
    complaints.length = 0
  })

  const workspacesAt = (path = '/hook', erasures = new ErasureBook()) => {
    const target = { name: 'crm', url: `${receiver.url}${path}`, secret: SECRET }
    const given = toSettings(1)
    const settings = settingsSchema.parse({
      ...given,
      workspaces: [
        {
          ...given.workspaces[0],
          id: ws,
          qualification: {
            actions: { allowPrivateNetworks: true, maxAgeHours: 8760 },
            rules: [{ name: RULE, actions: [{ webhook: target }] }],
          },
        },
      ],
    })
    return buildWorkspaces(settings.workspaces, readMailLists(), erasures)
  }
  const open = (path = '/hook', warehouse: Warehouse = lab.warehouse): Deliverer => {
    const erasures = new ErasureBook()
    return createDeliverer({
      warehouse,
      stream: lab.stream,
      workspaces: workspacesAt(path, erasures),
      progress: new Progress(),
      erasures,
      log: createLog('resolver', (line, level) => level !== 'info' && complaints.push(line)),
      now: () => nowMs,
      random: () => 0,
    })
  }
  const retry = async (filter: LogFilter): Promise<number> => {
    const workspace = workspacesAt().get(ws)
    assert.ok(workspace)
    return await retryDeliveries(lab.warehouse, workspace, { filter, nowMs })
  }
  const run = async (deliverer: Deliverer): Promise<number> => {
    const before = receiver.received.length
    await deliverer.round()
    await deliverer.finish()
    return receiver.received.length - before
  }

  const leaseEnd = async (): Promise<number> => {
    const value = z.string().transform((text) => z.object({ untilMs: z.number() }).parse(JSON.parse(text)))
    const [row] = await lab.warehouse.query(
      `SELECT value FROM settings FINAL WHERE ws = {ws:UInt32} AND name = 'actions.deliverer'`,
      { row: z.object({ value }), params: { ws } },
    )
    return row?.value.untilMs ?? 0
  }

  interface Fired {
    readonly isFired?: boolean
    readonly isResolved?: boolean
    /** Whose lead the event has. */
    readonly lead?: number
    readonly version?: string
    /** Of the event. */
    readonly ageMs?: number
  }
  /** What the reconciler writes of a rule that fires, in its order. */
  const fire = async (
    n: number,
    { isFired = true, isResolved = true, lead: owner = n, version = '5', ageMs = MINUTE }: Fired = {},
  ): Promise<string> => {
    const at = toDateTime(START_MS - ageMs)
    const ids = { ws, node_id: uuid(n), message_id: `m${n}` }
    const firing = { ...ids, rule: RULE, lead_id: uuid(owner), at, stage: 'hot', version }
    const delivery_id = toDeliveryId(ws, firing, ACTION)
    const due: ActionDeliveriesRow = {
      ...firing,
      delivery_id,
      action: ACTION,
      state: 'due',
      created_at: toDateTime(START_MS),
      next_at: toDateTime(START_MS),
      attempts: 0,
      status: 0,
      error: '',
      latency_ms: 0,
      message: '',
    }
    await lab.warehouse.insert('events_raw', [eventRow({ ...ids, properties: '{"seats":3}' })])
    await lab.warehouse.insert('action_deliveries_raw', [due])
    if (isFired)
      await lab.warehouse.insert('rule_firings', [{ ...firing, fired_at: at, facts: '{}', owner: '' }])
    if (isResolved) {
      const lead = { ws, lead_id: uuid(owner), primary_email: `p${owner}@acme.example`, version: '9' }
      await lab.warehouse.insert('leads_raw', [leadRow(lead)])
      await lab.warehouse.insert('event_leads', [
        eventLeadRow({ ...ids, lead_id: uuid(owner), session_id: uuid(9), version: '5' }),
      ])
    }
    return delivery_id
  }
  const stateOf = async (id: string): Promise<string> => {
    const [row] = await lab.warehouse.query(
      `SELECT state, attempts, error, message FROM action_deliveries_raw FINAL
       WHERE ws = {ws:UInt32} AND delivery_id = {id:UUID}`,
      {
        row: z.object({ state: z.string(), attempts: z.number(), error: z.string(), message: z.string() }),
        params: { ws, id },
      },
    )
    return `${row?.state} ${row?.attempts} ${row?.error}${row?.message === '' ? '' : ' +message'}`.trim()
  }

  test('tries seven times, each at its time and with the same words, then leaves it to a person', async () => {
    const id = await fire(1)
    const deliverer = open()
    receiver.behave(() => ({ status: 500 }))
    assert.equal(await run(deliverer), 1)
    for (const [i, pauseMs] of [
      5 * SECOND,
      5 * MINUTE,
      30 * MINUTE,
      2 * HOUR,
      5 * HOUR,
      10 * HOUR,
    ].entries()) {
      assert.equal(await stateOf(id), `due ${i + 1} HTTP 500 +message`)
      assert.equal(await deliverer.isBusy(), false)
      nowMs += pauseMs - 1
      assert.equal(await run(deliverer), 0)
      nowMs += 1
      assert.equal(await deliverer.isBusy(), true)
      assert.equal(await run(deliverer), 1)
    }
    assert.equal(await stateOf(id), 'parked 7 HTTP 500 +message')
    nowMs += 100 * HOUR
    assert.equal(await run(deliverer), 0)
    assert.equal(complaints.length, 1)
    const tries = receiver.received.slice(-7)
    assert.equal(
      new Set(tries.map(({ headers, body }) => `${String(headers['webhook-id'])} ${body}`)).size,
      1,
    )
    assert.equal(new Set(tries.map(({ headers }) => headers['webhook-timestamp'])).size, 7)

    receiver.behave(() => ({ status: 204 }))
    assert.equal(await retry({ rule: RULE }), 1)
    assert.equal(await run(deliverer), 1)
    assert.equal(await stateOf(id), 'done 1')
    assert.equal(receiver.received.at(-1)?.body, tries[0]?.body)
  })

  test('comes back when the receiver says', async () => {
    const id = await fire(1)
    const deliverer = open()
    receiver.behave(() => ({ status: 429, headers: { 'retry-after': '60' } }))
    assert.equal(await run(deliverer), 1)
    nowMs += 59 * SECOND
    assert.equal(await run(deliverer), 0)
    receiver.behave(() => ({ status: 200 }))
    nowMs += SECOND
    assert.equal(await run(deliverer), 1)
    assert.equal(await stateOf(id), 'done 2')
  })

  test('sends nothing more to who says he is gone, until his settings change or a person tries again', async () => {
    const first = await fire(1)
    receiver.behave(() => ({ status: 410 }))
    assert.equal(await run(open()), 1)
    assert.equal(await stateOf(first), 'parked 1 HTTP 410 +message')
    const second = await fire(2)
    receiver.behave(() => ({ status: 200 }))
    nowMs += MINUTE
    assert.equal(await run(open()), 0)
    assert.match(await stateOf(second), /^parked 0 .*gone/)
    await fire(3)
    nowMs += MINUTE
    assert.equal(await run(open('/other')), 1)
    nowMs += MINUTE
    assert.equal(await retry({}), 2)
    assert.equal(await run(open()), 2)
  })

  test('takes up where another process stopped', async () => {
    const id = await fire(1)
    receiver.behave(() => ({ status: 500 }))
    const stopped = open()
    assert.equal(await run(stopped), 1)
    await stopped.release()
    receiver.behave(() => ({ status: 200 }))
    const next = open()
    assert.equal(await run(next), 0)
    nowMs += 5 * SECOND
    assert.equal(await run(next), 1)
    assert.equal(await stateOf(id), 'done 2')
  })

  test('is one of several processes, and another one when it is gone without a word', async () => {
    await fire(1)
    const [one, other] = [open(), open()]
    const counts = [await run(one), await run(other)]
    assert.deepEqual(counts, [1, 0])
    await fire(2)
    assert.equal(await run(other), 0)
    nowMs += MINUTE
    assert.equal(await run(other), 1)
    await fire(3)
    assert.equal(await run(one), 0)
  })

  test('is not followed while a message takes longer than its right to deliver, and soon when it is gone', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    await fire(1)
    receiver.behave(({ path }) => (path === '/slow' ? 'never' : { status: 200 }))
    const [slow, other] = [open('/slow'), open()]
    await slow.round()
    await waitUntil('the message is on its way', () => receiver.received.at(-1)?.path === '/slow')
    for (let passed = 0; passed < 14 * SECOND; passed += 3 * SECOND) {
      const until = await leaseEnd()
      nowMs += 3 * SECOND
      t.mock.timers.tick(3 * SECOND)
      await waitUntil('it is renewed', async () => (await leaseEnd()) > until)
      assert.equal(await run(other), 0)
    }
    nowMs += 11 * SECOND
    assert.equal(await run(other), 1)
    // The first one, which slept as it were, does not take it back.
    t.mock.timers.tick(3 * SECOND)
    receiver.hangUp()
    await slow.finish()
    assert.equal(await run(slow), 0)
  })

  test('sends again, with the same id and words, what it could not note', async () => {
    const id = await fire(1)
    const lost: Warehouse = {
      ...lab.warehouse,
      insert: async (table, rows) => {
        if (JSON.stringify(rows).includes('"done"')) throw new Error('made up: not written')
        await lab.warehouse.insert(table, rows)
      },
    }
    const dying = open('/hook', lost)
    assert.equal(await run(dying), 1)
    await dying.release()
    assert.equal(await run(open()), 1)
    const [first, second] = receiver.received.slice(-2)
    assert.equal(first?.body, second?.body)
    assert.equal(first?.headers['webhook-id'], second?.headers['webhook-id'])
    assert.equal(await stateOf(id), 'done 1')
  })

  test('leaves alone what has not fired, and forgets it when it never does', async () => {
    const id = await fire(1, { isFired: false })
    const deliverer = open()
    assert.equal(await run(deliverer), 0)
    assert.equal(await deliverer.isBusy(), false)
    nowMs += 11 * MINUTE
    assert.equal(await run(deliverer), 0)
    assert.equal(await stateOf(id), 'dropped 0 never_fired')
  })

  test('acts once where a reconciler that had slept fired for the same lead with another event', async () => {
    const first = await fire(1, { version: '8' })
    const deliverer = open()
    assert.equal(await run(deliverer), 1)
    const late = await fire(2, { lead: 1, version: '7' })
    assert.equal(await run(deliverer), 0)
    assert.deepEqual([await stateOf(first), await stateOf(late)], ['done 1', 'skipped 0 fired_already'])

    const both = [await fire(3, { version: '7' }), await fire(4, { lead: 3, version: '8' })]
    const unfired = await fire(5, { lead: 3, version: '9', isFired: false })
    assert.equal(await run(deliverer), 1)
    assert.deepEqual(await Promise.all([...both, unfired].map(stateOf)), [
      'skipped 0 fired_already',
      'done 1',
      'due 0',
    ])
  })

  test('sends what fired with an event as old as the settings allow', async () => {
    const id = await fire(1, { ageMs: 300 * 24 * HOUR })
    assert.equal(await run(open()), 1)
    assert.equal(await stateOf(id), 'done 1')
  })

  test('waits until the lead is written that it tells of', async () => {
    await fire(1, { isResolved: false })
    const deliverer = open()
    assert.equal(await run(deliverer), 0)
    assert.equal(await deliverer.isBusy(), true)
    await fire(1)
    assert.equal(await run(deliverer), 1)
    const { data } = leadMessageSchema.parse(JSON.parse(receiver.received.at(-1)?.body ?? ''))
    assert.deepEqual([data.lead.email, data.event.properties], ['p1@acme.example', { seats: 3 }])
  })

  test('what is on its way is not sent once more, however long it takes', async () => {
    await fire(1)
    receiver.behave(({ path }) => (path === '/slow' ? 'never' : { status: 200 }))
    const slow = open('/slow')
    await slow.round()
    await waitUntil('the message is on its way', () => receiver.received.at(-1)?.path === '/slow')
    assert.equal(await slow.isBusy(), true)
    const begun = receiver.received.length
    await slow.round()
    assert.equal(receiver.received.length, begun, 'it is not sent twice meanwhile')
    receiver.hangUp()
    await slow.finish()
  })
})
