import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CLIENT, crmSettings, openTestDoor, QUICK } from '../../test-support/open-test-door.ts'
import { SalesforceError } from './errors.ts'
import { openOrg } from './open-org.ts'

test('an org that lacks an object, or our version, is not set up: nothing in the work is to blame', async (t) => {
  const { org } = await openTestDoor(t)
  const openWith = (crm: Readonly<Record<string, unknown>>) =>
    openOrg(crmSettings({ loginUrl: org.url, ...CLIENT, ...crm }), () => undefined, { times: QUICK })
  assert.ok((await openWith({}).schemas()).lead['Email'])
  await assert.rejects(openWith({ apiVersion: '41.0' }).schemas(), (error) => {
    assert.ok(error instanceof SalesforceError)
    assert.deepEqual([error.failure.code, error.failure.class], ['schema_incomplete', 'config'])
    assert.match(error.failure.detail, /crm\.apiVersion/)
    return true
  })
})
