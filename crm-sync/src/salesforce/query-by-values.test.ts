import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestDoor } from '../../test-support/open-test-door.ts'
import { queryByValues } from './query-by-values.ts'
import { recordRow } from './records.ts'

const MANY = 6000

/** Every hundredth of many mails is that of a Lead. */
async function openOrg(t: Parameters<typeof openTestDoor>[0]) {
  const door = { ...(await openTestDoor(t)), apiVersion: '62.0' }
  const mails = Array.from({ length: MANY }, (_, n) => `o'person.${n}@a-longer-domain.example`)
  for (let n = 0; n < MANY; n += 100)
    door.org.admin.raw({ object: 'Lead', values: { LastName: `L${n}`, Company: 'A', Email: mails[n] ?? '' } })
  const find = () =>
    queryByValues(door, {
      heads: ['SELECT Id, Email FROM Lead', 'SELECT Id, Email FROM Contact'],
      equalities: mails.map((value) => ({ field: 'Email', value })),
      row: recordRow,
    })
  return { door, find }
}

test('many values are asked for in few calls, in queries that only a body can hold', async (t) => {
  const { door, find } = await openOrg(t)
  const [leads = [], contacts = []] = await find()
  assert.equal(new Set(leads.map(({ Id }) => Id)).size, MANY / 100)
  assert.deepEqual(contacts, [])
  assert.equal(door.count(/\/composite$/), 2)
  assert.equal(door.count(/\/query/), 0)
})

test('an org that does not take long queries is asked in pieces', async (t) => {
  const { door, find } = await openOrg(t)
  door.org.admin.faults.add({
    match: { path: '/composite$' },
    action: { type: 'error', code: 'MALFORMED_QUERY', status: 400, scope: 'request' },
  })
  const [leads = []] = await find()
  assert.equal(new Set(leads.map(({ Id }) => Id)).size, MANY / 100)
  assert.ok(door.count(/\/query/) > 2)
})
