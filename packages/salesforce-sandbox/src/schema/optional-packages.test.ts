import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { FORCE_APP, read, startTestOrg } from '../../test-support/start-test-org.ts'
import { loadSfdxSource } from './load-sfdx.ts'

const folderOf = (name: string): string => join(FORCE_APP, '../optional', name)

for (const name of ['tasks', 'campaigns', 'opportunities'])
  test(`the package ${name} lets its fields be written by a permission set of its own`, () => {
    const { fields, permissionSets } = loadSfdxSource([folderOf(name)])
    const names = [...fields].flatMap(([object, own]) =>
      // What is defined on Activity is granted on Task.
      own.map((field) => `${object === 'Activity' ? 'Task' : object}.${field.name}`),
    )
    assert.equal(permissionSets.length, 1)
    const grants = permissionSets[0]?.fields ?? new Map<string, unknown>()
    assert.deepEqual([...grants.keys()].sort(), names.sort())
    for (const grant of grants.values()) assert.deepEqual(grant, { read: true, edit: true })
  })

test('a field of Activity is one of Task, where a record is found by it', async (t) => {
  const org = await startTestOrg(t, { schemaDirs: [FORCE_APP, folderOf('tasks')] })
  const path = 'PATCH /sobjects/Task/Leadline_Id__c/one'
  const made = await org.call(path, { Subject: 'Visit', Status: 'Completed' })
  const again = await org.call(path, { Subject: 'Visit of two pages' })
  assert.deepEqual([made.status, again.status], [201, 200])
  assert.equal(read(made.body, 'id'), read(again.body, 'id'))
  assert.equal(org.admin.records('Task').length, 1)
})

test('a lead is a member of a campaign once, and of another one as well', async (t) => {
  const org = await startTestOrg(t)
  const idOf = async (object: string, values: object): Promise<unknown> =>
    read((await org.call(`POST /sobjects/${object}`, values)).body, 'id')
  const LeadId = await idOf('Lead', { LastName: 'A', Company: 'B' })
  const [CampaignId, other] = [
    await idOf('Campaign', { Name: 'one' }),
    await idOf('Campaign', { Name: 'two' }),
  ]
  const enter = (campaign: unknown) =>
    org.call('POST /sobjects/CampaignMember', { CampaignId: campaign, LeadId })
  assert.equal((await enter(CampaignId)).status, 201)
  assert.equal((await enter(other)).status, 201)
  const twice = await enter(CampaignId)
  assert.deepEqual(
    [twice.status, read(twice.body, 0, 'errorCode'), read(twice.body, 0, 'message')],
    [400, 'DUPLICATE_VALUE', 'Already a campaign member.'],
  )
})
