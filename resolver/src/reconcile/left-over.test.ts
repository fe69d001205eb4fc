import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { leadRow, openTestWarehouse, uuid, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { LeftOvers } from './left-over.ts'
import { VersionClock } from './version-clock.ts'

let store: TestWarehouse
before(async () => {
  store = await openTestWarehouse()
})
after(() => store.stop())

const WS = 1
const START_MS = Date.UTC(2026, 10, 2)

test('what an owner found and did not get to is found by the next one, until somebody is through', async () => {
  const { warehouse } = store
  let nowMs = START_MS
  const now = (): number => (nowMs += 1000)
  const write = async (lead: number): Promise<void> => {
    const version = await clock.next(WS)
    await warehouse.insert('leads_raw', [leadRow({ ws: WS, lead_id: uuid(lead), version })])
  }
  const leadsOf = async (owner: LeftOvers): Promise<readonly string[]> => {
    owner.suspect(WS)
    return [...(await owner.of(WS)).leads].toSorted()
  }
  const clock = new VersionClock(warehouse, now)
  await clock.claim(WS)
  const [first, second, third] = [1, 2, 3].map(() => new LeftOvers(warehouse, now))
  assert.ok(first && second && third)
  assert.deepEqual(await leadsOf(first), [])
  await write(1)
  await write(2)
  assert.deepEqual(await leadsOf(second), [uuid(2)])
  await write(3)
  assert.deepEqual(await leadsOf(third), [uuid(2), uuid(3)])
  await third.forget(WS)
  await write(4)
  assert.deepEqual(await leadsOf(first), [uuid(4)])
})
