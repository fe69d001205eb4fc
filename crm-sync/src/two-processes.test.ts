import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { after, afterEach, before, test } from 'node:test'
import { createLog, type RunningService } from '@leadline/runtime'
import type { Warehouse } from '@leadline/warehouse'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { z } from 'zod'
import { newPerson, openDesk, settleSync, until, type Desk, type SeededPerson } from '../test-support/desk.ts'
import { forkSync, killHard } from '../test-support/sync-process.ts'
import { startCrmSync } from './start-crm-sync.ts'

let store: TestWarehouse
let desk: Desk
const children: ChildProcess[] = []
const services: RunningService[] = []

before(async () => {
  store = await openTestWarehouse()
})
after(() => store.stop())
afterEach(async () => {
  await Promise.all(children.splice(0).map(killHard))
  await Promise.all(services.splice(0).map((service) => service.stop()))
  await desk.close()
})

const QUICK_LEASE = { renewMs: 200, holdMs: 800, silentMs: 1000, lookMs: 50 }

/** Of all that lease in this process: time passes when a test says so, not while the machine is busy with others. */
let elapsedMs = 0

const liveLeads = () => desk.org.admin.records('Lead').filter(({ deletedAtMs }) => deletedAtMs === null)
const isHit = (): boolean =>
  desk.org.admin.faults.list().some((rule) => 'hits' in rule && Number(rule.hits) > 0)

const push = (people: readonly SeededPerson[]): Promise<void> => desk.push(people)

const crowd = (name: string): readonly SeededPerson[] =>
  Array.from({ length: 40 }, (_, n) => newPerson(`${name}${n}@two.example`))

/** Starts a process and waits until it works or waits. */
async function startProcess(): Promise<ChildProcess> {
  const { url, user, password, database } = store
  const child = forkSync({ settings: desk.settings, connection: { url, user, password, database } })
  children.push(child)
  await once(child, 'message')
  return child
}

const reported = z.object({
  type: z.literal('report'),
  report: z.object({ steps: z.record(z.string(), z.number()) }),
})

async function isWaiting(child: ChildProcess): Promise<boolean> {
  const answer = once(child, 'message')
  child.send({ type: 'report', id: 1 })
  const [message] = z
    .tuple([reported])
    .rest(z.unknown())
    .parse(await answer)
  return message.report.steps['standby'] === 1
}

test('of two processes one works; when it is killed in a round, the other finishes its work', async () => {
  desk = await openDesk(store.warehouse)
  const first = await startProcess()
  const second = await startProcess()
  assert.deepEqual([await isWaiting(first), await isWaiting(second)], [false, true])
  desk.org.admin.faults.add({
    match: { method: 'PATCH', path: '/composite' },
    times: null,
    action: { type: 'delay', ms: 20_000 },
  })
  const people = crowd('killed')
  await push(people)
  await until(isHit, 'the first is about to write')
  children.shift()
  await killHard(first)
  desk.org.admin.faults.remove()
  await until(async () => !(await isWaiting(second)), 'the second works', 60_000)
  const more = crowd('later')
  await push(more)
  await until(() => liveLeads().length >= people.length + more.length, 'all are there')
  assert.deepEqual(
    liveLeads()
      .map(({ values }) => String(values['Email']))
      .sort(),
    [...people, ...more].map(({ email }) => email).sort(),
  )
})

test('an owner that was held up while another followed writes nothing of what it had read', async () => {
  desk = await openDesk(store.warehouse, { crm: { pollMs: 60_000 } })
  const held = holdUp(store.warehouse)
  const first = await start(held.warehouse)
  const second = await start(store.warehouse)
  assert.equal((await second.report()).steps['standby'], 1)
  const person = newPerson('stale@two.example', { traits: { title: 'Read before' } })
  held.arm()
  await push([person])
  await held.reached
  await until(async () => {
    elapsedMs += 100
    return (await second.report()).steps['standby'] === undefined
  }, 'the second works')
  await desk.seed([{ ...person, traits: { title: 'Known since' } }])
  held.release()
  await until(async () => (await first.report()).steps['standby'] === 1, 'the first has seen it')
  await until(() => liveLeads().length > 0, 'the second does what the first left')
  await settleSync(desk.stream, second)
  const writes = (await desk.deliveries()).filter(({ object }) => object === 'Lead')
  assert.deepEqual(
    writes.map(({ outcome, fields }) => [outcome, fields.includes('Known since')]),
    [['created', true]],
  )
  await second.stop()
  await until(async () => (await first.report()).steps['standby'] === undefined, 'the first works again')
  await push([newPerson('next@two.example')])
  await until(() => liveLeads().length === 2, 'and does what comes')
})

async function start(warehouse: Warehouse): Promise<RunningService> {
  const { settings, stream } = desk
  const log = createLog('crm-sync', () => undefined)
  const service = await startCrmSync({
    settings,
    stream,
    warehouse,
    log,
    leaseTimes: QUICK_LEASE,
    elapsedMs: () => elapsedMs,
  })
  services.push(service)
  return service
}

/** The same warehouse; when armed, everything stands still after the people of a round were read, as in a stopped process. */
function holdUp(warehouse: Warehouse) {
  const reached = Promise.withResolvers<undefined>()
  const released = Promise.withResolvers<undefined>()
  let state: 'open' | 'armed' | 'held' = 'open'
  const wait = async (): Promise<void> => {
    if (state === 'held') await released.promise
  }
  const held: Warehouse = {
    ...warehouse,
    async query(sql, options) {
      await wait()
      const rows = await warehouse.query(sql, options)
      if (state === 'armed' && sql.includes('leads')) {
        state = 'held'
        reached.resolve(undefined)
      }
      await wait()
      return rows
    },
    async insert(table, rows) {
      await wait()
      await warehouse.insert(table, rows)
    },
  }
  return {
    warehouse: held,
    reached: reached.promise,
    arm: () => void (state = 'armed'),
    release() {
      state = 'open'
      released.resolve(undefined)
    },
  }
}
