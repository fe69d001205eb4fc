import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { read, startTestOrg, type TestOrg } from '../../test-support/start-test-org.ts'

async function makeContacts(org: TestOrg): Promise<{ accountId: string; contactIds: string[] }> {
  const accountId = String(read((await org.call('POST /sobjects/Account', { Name: 'Acme' })).body, 'id'))
  const contactIds: string[] = []
  for (const LastName of ['a', 'b']) {
    const made = await org.call('POST /sobjects/Contact', { LastName, AccountId: accountId })
    contactIds.push(String(read(made.body, 'id')))
  }
  return { accountId, contactIds }
}

const isUnderWay = (org: TestOrg, id: string): boolean =>
  org.admin.log().some(({ op, ids }) => op === 'update' && ids.includes(id))

test('a write that holds the parent keeps out another child until it is answered', async (t) => {
  const org = await startTestOrg(t, { limits: { lockWaitMs: 1 } })
  const { accountId, contactIds } = await makeContacts(org)
  const [first = '', second = ''] = contactIds
  org.admin.rules.automation({ name: 'Slow', object: 'Contact', if: "LastName = 'slow'", delayMs: 600_000 })
  // Answered by nobody: the org stops first.
  org.call(`PATCH /sobjects/Contact/${first}`, { LastName: 'slow' }).catch(() => undefined)
  while (!isUnderWay(org, first)) await setImmediate()
  org.admin.rules.remove('automation')
  const refused = await org.call(`PATCH /sobjects/Contact/${second}`, { LastName: 'c' })
  assert.deepEqual(
    [refused.status, refused.body],
    [
      400,
      [
        {
          message: `unable to obtain exclusive access to this record or 1 records: ${accountId.slice(0, 15)}`,
          errorCode: 'UNABLE_TO_LOCK_ROW',
          fields: [],
        },
      ],
    ],
  )
  const elsewhere = await org.call('POST /sobjects/Contact', { LastName: 'no account' })
  assert.equal(elsewhere.status, 201)
})

test('writes of one parent wait for each other when they have the time, and all succeed', async (t) => {
  const org = await startTestOrg(t, { limits: { transactionMs: 20 } })
  const { contactIds } = await makeContacts(org)
  const writes = contactIds.map((id) => org.call(`PATCH /sobjects/Contact/${id}`, { Title: 'CTO' }))
  assert.deepEqual(
    (await Promise.all(writes)).map(({ status }) => status),
    [204, 204],
  )
})

test('batches of a job that run at the same time contend for the parents they share', async (t) => {
  const org = await startTestOrg(t)
  const { accountId } = await makeContacts(org)
  org.admin.bulk.control({ batchRows: 2 })
  const load = async (): Promise<string> => {
    const created = await org.call('POST /jobs/ingest', { object: 'Contact', operation: 'insert' })
    const path = `/jobs/ingest/${String(read(created.body, 'id'))}`
    const rows = ['one', 'two', 'three', 'four'].map((name) => `${name},${accountId}`)
    const csv = `LastName,AccountId\n${rows.join('\n')}\n`
    await org.call(`PUT ${path}/batches`, csv, { 'content-type': 'text/csv' })
    await org.call(`PATCH ${path}`, { state: 'UploadComplete' })
    org.admin.clock.advance(1)
    return String((await org.call(`GET ${path}/failedResults`)).body)
  }
  assert.doesNotMatch(await load(), /UNABLE_TO_LOCK_ROW/)
  // Longer than a row is waited for, with all its retries.
  org.admin.rules.automation({ name: 'Slow', object: 'Contact', delayMs: 25_000 })
  const failed = await load()
  assert.equal(failed.match(/"UNABLE_TO_LOCK_ROW:/g)?.length, 1, failed)
  assert.match(failed, /"three"/)
})
