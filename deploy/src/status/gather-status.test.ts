import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { parseSettings } from '@leadline/config'
import type { StreamAdmin } from '@leadline/stream'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import type { PartState } from '../supervisor/part.ts'
import { gatherStatus, type StatusSources } from './gather-status.ts'

const settings = parseSettings(
  `
workspaces: [{ identityKey: a key of some length, writeKeys: [{ name: site, key: pub_12345678 }] }]
stream: { kind: embedded, directory: /nowhere }
warehouse: { kind: clickhouse, url: 'http://127.0.0.1:8123' }`,
  {},
)
const part = (name: string, phase: PartState['phase'] = 'ready'): PartState => ({
  name,
  phase,
  pid: 1,
  url: null,
  restarts: 0,
  lastProblem: null,
})
const RESTING = { idle: true, steps: { accepted: 5, waiting: 0, parked: 1, dead: 2 } }
const ALL_READY = ['clickhouse', 'collector', 'resolver', 'crm-sync'].map((name) => part(name))

let store: TestWarehouse
before(async () => {
  store = await openTestWarehouse()
})
after(() => store.stop())

function sourcesWith(lag: StreamAdmin['lag'], parts = ALL_READY): StatusSources {
  const admin: StreamAdmin = {
    lag,
    ends: () => Promise.resolve({}),
    ensureTopics: () => Promise.resolve(),
    checkTopics: () => Promise.resolve([]),
    applyRetention: () => Promise.resolve(),
  }
  return {
    settings,
    stream: { admin },
    warehouse: store.warehouse,
    supervisor: {
      states: () => parts,
      reports: () => Promise.resolve(new Map(parts.map(({ name }) => [name, RESTING]))),
    },
  }
}

test('steps come from the parts and the warehouse, lag by group', async () => {
  const { idle, steps, lag, problems, records } = await gatherStatus(
    sourcesWith(() => Promise.resolve({ 0: 0 })),
    undefined,
  )
  assert.deepEqual(steps, { accepted: 5, stored: 0, resolved: 0, waiting: 0, parked: 1, dead: 2 })
  assert.deepEqual(lag, {
    'resolver.store': { 0: 0 },
    'resolver.control': { 0: 0 },
    'resolver.reconcile': { 0: 0 },
    'crm-sync': { 0: 0 },
  })
  assert.deepEqual(problems, [])
  assert.equal(records?.companies, 0)
  assert.equal(idle, true)
})

test('a stream that cannot be asked is said, and is not idle', async () => {
  const { idle, problems, records } = await gatherStatus(
    sourcesWith(() => Promise.reject(new Error('no broker answers'))),
    undefined,
  )
  assert.equal(idle, false)
  assert.deepEqual(problems, ['stream: Error: no broker answers'])
  assert.ok(records)
})

test('an engine that is being started again is said at once', async () => {
  const parts = [part('clickhouse', 'waiting'), part('collector'), part('resolver'), part('crm-sync')]
  const { idle, problems, records } = await gatherStatus(
    sourcesWith(() => Promise.resolve({ 0: 0 }), parts),
    'ada@harborline.com',
  )
  assert.equal(idle, false)
  assert.equal(records, null)
  assert.deepEqual(problems, ['warehouse: Error: the embedded ClickHouse is being started again'])
})

test('a person is looked up when asked for', async () => {
  const { person } = await gatherStatus(
    sourcesWith(() => Promise.resolve({ 0: 0 })),
    'ada@harborline.com',
  )
  assert.equal(person?.reason, 'No event with this address is stored yet.')
})
