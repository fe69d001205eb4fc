import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toWorkspaceSettings } from '../test-support/settings.ts'
import { isJunk } from './normalise/junk.ts'
import { readMail } from './companies/company-of-mail.ts'
import { readMailLists } from './profile/mail-domains.ts'
import { buildWorkspaces } from './workspaces.ts'

const settings = toWorkspaceSettings()
const build = (more: Partial<typeof settings>) => {
  const workspace = buildWorkspaces([{ ...settings, ...more }], readMailLists()).get(settings.id)
  assert.ok(workspace)
  return workspace
}

test('domains of the settings count in any case and script', () => {
  const { lists } = build({
    companies: { ...settings.companies, freeMail: [' Bücher.DE '], notFreeMail: ['GMX.net'] },
  })
  assert.equal(readMail('ann@xn--bcher-kva.de', lists).companyDomain, '')
  assert.equal(readMail('ann@gmx.net', lists).companyDomain, 'gmx.net')
})

test('junk of the settings counts in any case and in quotes', () => {
  const identity = { ...settings.identity, junk: ['"Demo"'], junkPatterns: ['Kiosk *'] }
  const { junk } = build({ identity })
  assert.ok(isJunk('demo', junk))
  assert.ok(isJunk('KIOSK 7', junk))
})

test('each workspace has ids of its own: its key decides', () => {
  const [one, other] = [
    build({ identityKey: 'one key of the tests' }),
    build({ identityKey: 'another of them' }),
  ]
  assert.notEqual(one.hash('user', 'ann'), other.hash('user', 'ann'))
  assert.equal(one.hash('user', 'ann'), build({ identityKey: 'one key of the tests' }).hash('user', 'ann'))
})
