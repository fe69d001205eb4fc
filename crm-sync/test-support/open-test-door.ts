import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { settingsSchema, type CrmSettings } from '@leadline/contract'
import {
  INTEGRATION_USERNAME,
  startSandboxOrg,
  type SandboxOptions,
  type SandboxOrg,
} from '@leadline/salesforce-sandbox'
import { openConnection, type Connection, type ConnectionOptions } from '../src/salesforce/open-connection.ts'

export const FORCE_APP = join(import.meta.dirname, '../../deploy/salesforce/force-app')

export const CLIENT = { clientId: 'leadline-client', clientSecret: 'not-a-secret-of-anybody' }

/** Pauses that a test need not wait for. */
export const QUICK = { baseMs: 1, maxMs: 5, brokenMs: 30, budgetMs: 30 }

/** The settings of a connection as a leadline.yaml has them. */
export function crmSettings(crm: Readonly<Record<string, unknown>>): CrmSettings {
  const settings = settingsSchema.parse({
    workspaces: [
      {
        identityKey: 'an-identity-key-of-a-test',
        writeKeys: [{ name: 'site', key: 'write-key-of-a-test' }],
        crm: { kind: 'salesforce', allowLoopback: true, ...crm },
      },
    ],
    stream: { kind: 'embedded', directory: '/nowhere' },
    warehouse: { kind: 'clickhouse', url: 'http://127.0.0.1:1' },
  })
  const found = settings.workspaces[0]?.crm
  if (found === undefined) throw new Error('the settings have no crm section')
  return found
}

export interface TestDoor extends Connection {
  readonly org: SandboxOrg
  /** Requests to paths that match, as the org counted them. */
  readonly count: (path: RegExp) => number
}

/** A simulated org and the door to it, closed after the test. */
export async function openTestDoor(
  t: TestContext,
  options: {
    readonly org?: SandboxOptions
    readonly crm?: Readonly<Record<string, unknown>>
    readonly connection?: ConnectionOptions
  } = {},
): Promise<TestDoor> {
  const org = await startSandboxOrg({
    schemaDirs: [FORCE_APP],
    clients: [{ ...CLIENT, runAsUser: INTEGRATION_USERNAME }],
    ...options.org,
  })
  t.after(() => org.stop())
  const crm = crmSettings({ loginUrl: org.url, ...CLIENT, ...options.crm })
  const connection = openConnection(crm, { times: QUICK, ...options.connection })
  return {
    ...connection,
    org,
    count: (path) => org.admin.log().filter((entry) => path.test(entry.path)).length,
  }
}
