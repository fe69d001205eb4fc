import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { callLeadline, startLeadline } from '../test-support/run-leadline.ts'
import { makeTemporaryDirectory } from '../test-support/temporary-directory.ts'
import { until } from '../test-support/until.ts'
import { assertSignUpReachesSalesforce } from './sign-up-journey.ts'

test('a sign-up on the demo site is in Salesforce within seconds, with the anonymous pages', async (t) => {
  const directory = await makeTemporaryDirectory(t)
  const leadline = await startLeadline(t, directory, '--port', '0')
  const visitors = await assertSignUpReachesSalesforce(t, leadline, 'embedded')
  await until('everything is at rest', async () => (await leadline.status()).idle, 180_000)
  const { steps, records } = await leadline.status()
  // A page that goes away before its answer comes leaves its events to the next one, which sends them again.
  assert.ok(steps.stored > 0 && steps.stored <= steps.accepted)
  assert.equal(steps.resolved, steps.stored)
  assert.equal(records?.links['Lead'], visitors)
  assert.equal(records.links['Leadline_Activity__c'], visitors)
  assert.equal(await leadline.stop(), 0)
  assert.equal(existsSync(`${directory}/endpoints.json`), false)
  assert.equal((await callLeadline('status', '--data', directory)).exitCode, 3)
})
