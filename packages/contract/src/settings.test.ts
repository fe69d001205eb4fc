import assert from 'node:assert/strict'
import { test } from 'node:test'
import { invalidSettings, validSettings } from '../fixtures/index.ts'
import { settingsSchema } from './settings.ts'

for (const [title, settings] of Object.entries(validSettings))
  test(`settings are accepted: ${title}`, () =>
    assert.equal(settingsSchema.safeParse(settings).error, undefined))

for (const { title, change, path } of invalidSettings) {
  test(`settings are refused: ${title}`, () => {
    const result = settingsSchema.safeParse({ ...validSettings.least, ...change })
    assert.ok(!result.success)
    assert.equal(result.error.issues[0]?.path.join('.'), path)
  })
}

test('what a file leaves out has a default', () => {
  const settings = settingsSchema.parse(validSettings.least)
  assert.equal(settings.collector.port, 4400)
  assert.equal(settings.collector.address, 'truncate')
  assert.deepEqual(settings.workspaces[0]?.writeKeys[0]?.origins, ['*'])
  assert.equal(settings.workspaces[0]?.identity.mailsPerUser, 10)
  const [connected] = settingsSchema.parse(validSettings.full).workspaces
  assert.equal(connected?.crm?.pollMs, 30_000, "a poll costs the org's API calls")
})
