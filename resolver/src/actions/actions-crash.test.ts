import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createLog } from '@leadline/runtime'
import type { Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { openReceiver, type Receiver } from '../../test-support/receiver.ts'
import { openLab, type ResolverLab } from '../../test-support/resolver-lab.ts'
import { toSettings } from '../../test-support/settings.ts'
import { waitUntil } from '../../test-support/wait-until.ts'
import { toEnvelope, type Happening } from '../../test-support/world.ts'
import { startResolver } from '../start-resolver.ts'

const SECRET = `whsec_${Buffer.from('a secret of the tests, long enough').toString('base64')}`

const rulesFor = (url: string) => ({
  qualification: {
    actions: { allowPrivateNetworks: true, maxAgeHours: 87_600 },
    rules: [
      {
        name: 'known',
        where: [{ field: 'lead.email', is: 'present' }],
        actions: [
          { webhook: { url: `${url}/hook`, secret: SECRET } },
          { assignOwner: { roundRobin: ['amy@sales.example', 'bo@sales.example'] } },
        ],
      },
    ],
  },
})

/** Where a reconcile writes from the moment on at which it has found that a rule fires, in this order. */
const PLACES = ['action_deliveries_raw', 'rule_firings', 'leads_raw', 'event_leads'] as const
const STEPS = PLACES.flatMap((place) => [
  { place, isWritten: false },
  { place, isWritten: true },
])

const identify = (name: string, at: number): Happening => ({
  id: `i-${name}-${at}`,
  at,
  type: 'identify',
  a: `${name}-pc`,
  u: name,
  m: `${name}@acme.example`,
})

interface Step {
  readonly place: string
  readonly isWritten: boolean
}

/**
 * The same warehouse and stream, but the write that `failOnce` names fails, before or after all of it was written. To a
 * stage that is what a kill at that very step is: it begins its batch again, from what is there.
 */
function openFailing({ warehouse, stream }: { readonly warehouse: Warehouse; readonly stream: Stream }) {
  let due: Step | undefined
  const perhaps = async (place: string, write: () => Promise<void>): Promise<void> => {
    const step = due?.place === place ? due : undefined
    if (step) due = undefined
    if (!step || step.isWritten) await write()
    if (step) throw new Error('made up')
  }
  const failing: { readonly warehouse: Warehouse; readonly stream: Stream } = {
    warehouse: {
      ...warehouse,
      insert: async (table, rows) => {
        if (rows.length > 0) await perhaps(table, () => warehouse.insert(table, rows))
      },
    },
    stream: {
      append: (topic, values) =>
        values.length === 0 ? Promise.resolve() : perhaps(topic, () => stream.append(topic, values)),
      consume: (options) => stream.consume(options),
      admin: stream.admin,
      close: () => stream.close(),
    },
  }
  return { ...failing, failOnce: (step: Step) => (due = step), hasFailed: () => due === undefined }
}

describe('a resolver that dies at each of its writes', () => {
  let receiver: Receiver
  let lab: ResolverLab
  before(async () => {
    receiver = await openReceiver()
    lab = await openLab(1, {}, rulesFor(receiver.url))
  })
  after(async () => {
    await lab.close()
    await receiver.close()
  })

  test('acts once for each lead all the same, and deals out owners evenly', async () => {
    const failing = openFailing(lab)
    const service = await startResolver({
      ...failing,
      settings: toSettings(1, {}, rulesFor(receiver.url)).workspaces,
      log: createLog('resolver', () => undefined),
      now: Date.now,
      gatherMs: 20,
    })
    for (const [i, step] of STEPS.entries()) {
      failing.failOnce(step)
      await lab.send([toEnvelope(1, identify(`p${i}`, i))])
      // An earlier event: the rule would have fired with this one.
      await lab.send([toEnvelope(1, identify(`p${i}`, i - 100))])
      await waitUntil(`it has got over ${step.place}`, () => failing.hasFailed())
    }
    await waitUntil(
      'all is resolved and delivered',
      async () => (await lab.hasNoLag()) && (await service.report()).idle,
    )
    await service.stop()

    const bodies = receiver.received.map(({ headers, body }) => ({ id: String(headers['webhook-id']), body }))
    const byId = Map.groupBy(bodies, ({ id }) => id)
    for (const [id, sent] of byId) assert.equal(new Set(sent.map(({ body }) => body)).size, 1, id)
    const told = [...byId.values()].map(([one]) => emailOf(one?.body ?? ''))
    assert.deepEqual(told.toSorted(), STEPS.map((_, i) => `p${i}@acme.example`).toSorted())
    const owners = await lab.warehouse.query(
      'SELECT assigned_owner AS owner, count() AS leads FROM leads WHERE ws = 1 AND identified = 1 GROUP BY owner ORDER BY owner',
      { row: z.object({ owner: z.string(), leads: z.coerce.number() }) },
    )
    assert.deepEqual(owners, [
      { owner: 'amy@sales.example', leads: STEPS.length / 2 },
      { owner: 'bo@sales.example', leads: STEPS.length / 2 },
    ])
  })
})

const emailOf = (body: string): string =>
  z.object({ data: z.object({ lead: z.object({ email: z.string() }) }) }).parse(JSON.parse(body)).data.lead
    .email
