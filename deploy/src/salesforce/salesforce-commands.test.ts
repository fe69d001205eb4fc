import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import {
  INTEGRATION_USERNAME,
  startSandboxOrg,
  type SandboxOptions,
  type SandboxOrg,
} from '@leadline/salesforce-sandbox'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { createRecordingTerminal } from '../../test-support/recording-terminal.ts'
import { makeTemporaryDirectory } from '../../test-support/temporary-directory.ts'
import { until } from '../../test-support/until.ts'
import { runCli } from '../main.ts'
import { FORCE_APP } from './read-crm.ts'

let warehouse: TestWarehouse
before(async () => {
  warehouse = await openTestWarehouse()
})
after(() => warehouse.stop())

const CLIENT = { clientId: 'leadline-client', clientSecret: 'not-a-secret-of-anybody' }
const REDIRECT = 'http://127.0.0.1:17172/callback'
let lastWs = 100

interface Line {
  readonly org: SandboxOrg
  readonly ws: number
  readonly run: (...argv: readonly string[]) => Promise<{ exitCode: number; output: string; error: string }>
  readonly config: string
}

async function open(t: TestContext, options: { org?: SandboxOptions; auth?: object } = {}): Promise<Line> {
  const org = await startSandboxOrg({
    clockMode: 'wall',
    schemaDirs: [FORCE_APP],
    clients: [{ ...CLIENT, runAsUser: INTEGRATION_USERNAME, redirectUris: [REDIRECT] }],
    ...options.org,
  })
  t.after(() => org.stop())
  lastWs += 1
  const ws = lastWs
  const config = join(await makeTemporaryDirectory(t), 'leadline.yaml')
  const { url, user, password } = warehouse
  const auth = options.auth ?? { flow: 'client-credentials', ...CLIENT }
  const settings = {
    workspaces: [
      {
        id: ws,
        identityKey: 'an-identity-key-of-a-test',
        writeKeys: [{ name: 'site', key: 'write-key-of-a-test' }],
        crm: { kind: 'salesforce', loginUrl: org.url, allowLoopback: true, auth },
      },
    ],
    stream: { kind: 'embedded', directory: '/nowhere' },
    warehouse: { kind: 'clickhouse', url, user, password },
  }
  await writeFile(config, JSON.stringify(settings))
  return {
    org,
    ws,
    config,
    async run(...argv) {
      const terminal = createRecordingTerminal()
      const exitCode = await runCli([...argv, '--config', config], terminal)
      return { exitCode, output: terminal.lines.join('\n'), error: terminal.errors.join('\n') }
    },
  }
}

test('an org that has the package is fit, and says which user and limits it has', async (t) => {
  const { run } = await open(t)
  const checked = await run('salesforce', 'check')
  assert.equal(checked.exitCode, 0, checked.output)
  assert.match(checked.output, /ok {4}package: \d+ fields/)
  const status = await run('salesforce', 'status', '--json')
  assert.equal(status.exitCode, 0)
  assert.partialDeepStrictEqual(JSON.parse(status.output), {
    connection: 'good',
    orgId: '00D000000000001EAA',
    parked: [],
  })
})

test('a bare org is not fit; provisioning shows, does, and then finds nothing to do', async (t) => {
  const { run, org } = await open(t, { org: { schemaDirs: [] } })
  org.admin.permissions({ system: { CustomizeApplication: true, ModifyMetadata: true } })
  const checked = await run('salesforce', 'check')
  assert.equal(checked.exitCode, 2)
  assert.match(checked.output, /FAIL {2}Lead\.Leadline_Id__c: .*\n {8}run `leadline salesforce provision`/)
  const status = await run('salesforce', 'status')
  assert.equal(status.exitCode, 2)
  assert.match(status.output, /NOT SET UP +schema_incomplete: .*Leadline_Id__c.*salesforce check/)
  const dry = await run('salesforce', 'provision', '--dry-run')
  assert.equal(dry.exitCode, 2)
  assert.match(dry.output, /\+ Lead\.Leadline_Id__c/)
  const done = await run('salesforce', 'provision')
  assert.equal(done.exitCode, 0, done.output)
  assert.equal((await run('salesforce', 'provision')).output, 'The org has everything already.')
  assert.equal((await run('salesforce', 'check')).exitCode, 0)
})

test('without the right to change the org, provisioning says which right is missing', async (t) => {
  const { run, org } = await open(t, { org: { schemaDirs: [] } })
  org.admin.permissions({ system: { ModifyMetadata: false } })
  const { exitCode, error } = await run('salesforce', 'provision')
  assert.equal(exitCode, 1)
  assert.match(error, /INSUFFICIENT_ACCESS.*Customize Application and Modify Metadata/)
})

test('a command whose answer is lost says that it may be run again', async (t) => {
  const { run, org } = await open(t, { org: { schemaDirs: [] } })
  org.admin.permissions({ system: { CustomizeApplication: true, ModifyMetadata: true } })
  org.admin.faults.add({ match: { path: '/deployRequest$' }, action: { type: 'dropAfter' } })
  const { exitCode, error } = await run('salesforce', 'provision')
  assert.equal(exitCode, 1)
  assert.match(error, /no_answer: .*run it again/)
  assert.equal((await run('salesforce', 'provision')).exitCode, 0)
})

test('a wrong secret is one line that says what to compare', async (t) => {
  const { run } = await open(t, { auth: { flow: 'client-credentials', ...CLIENT, clientSecret: 'wrong' } })
  const { exitCode, error } = await run('salesforce', 'connect')
  assert.equal(exitCode, 1)
  assert.match(error, /invalid_client.*compare clientId, secret and flow/)
  assert.equal((await run('salesforce', 'status')).exitCode, 2)
})

test('with consent in a browser the workspace is connected, for every later command', async (t) => {
  const auth = { flow: 'web-server', ...CLIENT, redirectUri: REDIRECT, tokenKey: 'a-token-key-of-this-test' }
  const { run, config } = await open(t, { auth })
  assert.match((await run('salesforce', 'check')).output, /FAIL {2}login: not_connected/)
  const terminal = createRecordingTerminal()
  const connected = runCli(['salesforce', 'connect', '--no-browser', '--config', config], terminal)
  await until('the address is shown', () => terminal.errors.length > 0)
  const address = /https?:\S+authorize\S+/.exec(terminal.errors.join('\n'))?.[0] ?? ''
  assert.equal((await fetch(address)).status, 200)
  assert.equal(await connected, 0)
  const status = await run('salesforce', 'status', '--json')
  assert.partialDeepStrictEqual(JSON.parse(status.output), { connection: 'good', flow: 'web-server' })
})
