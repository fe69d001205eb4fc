import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settingsSchema } from '@leadline/contract'
import { validSettings } from '@leadline/contract/fixtures'
import { buildInstancePaths } from '../instance/instance-paths.ts'
import { toPorts } from '../instance/ports.ts'
import { toSandboxUrl } from '../settings/run-document.ts'
import { buildPartList } from './part-list.ts'

const ports = toPorts(4400)
const { least } = validSettings
const SECRET = 'known-to-the-org-and-to-us'

const settings = settingsSchema.parse({
  ...least,
  workspaces: least.workspaces.map((workspace) => ({
    ...workspace,
    crm: { kind: 'salesforce', loginUrl: toSandboxUrl(ports), clientId: 'sync', clientSecret: SECRET },
  })),
})
const { foundation, services } = buildPartList({
  settings,
  ports,
  paths: buildInstancePaths('/data'),
  environment: { LEADLINE_CONFIG: '/data/leadline.yaml' },
})

test('no secret stands in an argument, where every user of the machine could read it', () => {
  const args = [...foundation, ...services].flatMap((part) => part.args).join()
  for (const secret of [SECRET, 'identity-key-of-tests']) assert.equal(args.includes(secret), false)
})

test('the sandbox is told by its environment which client it lets in', () => {
  const sandbox = foundation.find(({ name }) => name === 'sandbox')
  assert.equal(sandbox?.environment['LEADLINE_SANDBOX_CLIENT_ID'], 'sync')
  assert.equal(sandbox?.environment['LEADLINE_SANDBOX_CLIENT_SECRET'], SECRET)
})
