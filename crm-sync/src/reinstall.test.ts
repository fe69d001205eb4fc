import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { newPerson, openDesk } from '../test-support/desk.ts'

let store: TestWarehouse
before(async () => {
  store = await openTestWarehouse()
})
after(() => store.stop())

test('what an earlier installation made is found again, linked, and not written again', async (t) => {
  const desk = await openDesk(store.warehouse)
  t.after(() => desk.close())
  const companyId = randomUUID()
  await desk.seedCompany({ id: companyId, name: 'Known', domain: 'known.example' })
  const people = Array.from({ length: 20 }, (_, n) =>
    newPerson(`p${n}@known.example`, {
      companyId,
      sessions: [{ sessionId: randomUUID(), startedAtMs: Date.UTC(2026, 10, 2) + n }],
    }),
  )
  await desk.seed(people)
  const sync = async (): Promise<void> => {
    await desk.work(
      'contact',
      people.map(({ contactId }) => contactId),
    )
    await desk.settle()
    await desk.stop()
  }
  await sync()
  const linked = await desk.links()
  const seq = desk.org.admin.log().at(-1)?.seq
  for (const table of ['crm_links_raw', 'crm_shadow'])
    await store.warehouse.command(
      'ALTER TABLE {table:Identifier} DELETE WHERE ws = {ws:UInt32} SETTINGS mutations_sync = 1',
      { table, ws: desk.ws },
    )
  await sync()
  const records = desk.org.admin.records('Leadline_Activity__c')
  assert.equal(records.length, 20)
  assert.deepEqual([...new Set(records.map(({ version }) => version))], [1])
  assert.equal(desk.org.admin.stats(seq).noOpWrites, 0)
  const byId = (links: typeof linked) =>
    links.map(({ kind, id, crm_id: crmId }) => `${kind} ${id} ${crmId}`).toSorted()
  assert.deepEqual(byId(await desk.links()), byId(linked))
})
