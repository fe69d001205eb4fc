import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { openTestDoor } from '../../test-support/open-test-door.ts'
import { readRows } from './collections.ts'
import { SalesforceError } from './errors.ts'
import { gatherReads } from './gather-reads.ts'
import { querySoql } from './query.ts'
import { inLane, type Send } from './send.ts'

const row = z.object({ Id: z.string() })
const idsOf = async (send: Send, object: string): Promise<readonly string[]> =>
  (await querySoql(send, `SELECT Id FROM ${object}`, { row })).map(({ Id }) => Id)

async function openGathered(t: Parameters<typeof openTestDoor>[0]) {
  const door = await openTestDoor(t)
  const [lead] = door.org.admin.act({
    ops: [{ op: 'create', object: 'Lead', values: { LastName: 'Doe', Company: 'Acme' } }],
  })
  assert.ok(lead?.ok)
  const calls = (): number => door.org.admin.log().filter(({ counted }) => counted).length
  return {
    ...door,
    calls,
    leadId: String(lead.ids['id']),
    reads: gatherReads({ send: door.send, apiVersion: '62.0' }),
  }
}

test('reads of one moment share a call, five queries and collections to each', async (t) => {
  const { reads, calls, leadId } = await openGathered(t)
  const target = { object: 'Lead', fields: ['Id', 'LastName'] }
  const [leads, contacts, accounts, users, row, groups] = await Promise.all([
    idsOf(reads, 'Lead'),
    idsOf(reads, 'Contact'),
    idsOf(reads, 'Account'),
    idsOf(reads, 'User'),
    readRows(reads, target, [leadId]),
    idsOf(reads, 'Group'),
  ])
  assert.deepEqual([leads, contacts, accounts, groups.length], [[leadId], [], [], 1])
  assert.ok(users.length > 0)
  assert.equal(row.get(leadId)?.['LastName'], 'Doe')
  assert.equal(calls(), 2)
})

test('what comes later, or is of another importance, is another call', async (t) => {
  const { reads, calls } = await openGathered(t)
  await Promise.all([idsOf(reads, 'Lead'), idsOf(inLane(reads, 'owner'), 'Contact')])
  await idsOf(reads, 'Account')
  assert.equal(calls(), 3)
})

test('a read that is refused is told so by itself, the others have their answers', async (t) => {
  const { reads, leadId } = await openGathered(t)
  const [leads, wrong] = await Promise.allSettled([idsOf(reads, 'Lead'), idsOf(reads, 'Nothing__c')])
  assert.deepEqual(leads, { status: 'fulfilled', value: [leadId] })
  assert.ok(wrong.status === 'rejected' && wrong.reason instanceof SalesforceError)
  assert.equal(wrong.reason.failure.code, 'INVALID_TYPE')
})

test('an org that takes no calls together is asked one by one', async (t) => {
  const { reads, org, leadId } = await openGathered(t)
  org.admin.faults.add({
    match: { path: '/composite$' },
    times: null,
    action: { type: 'error', code: 'METHOD_NOT_ALLOWED', status: 405 },
  })
  assert.deepEqual(await Promise.all([idsOf(reads, 'Lead'), idsOf(reads, 'Contact')]), [[leadId], []])
})

test('pages beyond the first are read on', async (t) => {
  const { reads, org } = await openGathered(t)
  org.admin.act({
    ops: Array.from({ length: 2100 }, (_, n) => ({
      op: 'create' as const,
      object: 'Account',
      values: { Name: `Company ${n}` },
    })),
  })
  const [accounts] = await Promise.all([idsOf(reads, 'Account'), idsOf(reads, 'Lead')])
  assert.equal(new Set(accounts).size, 2100)
})
