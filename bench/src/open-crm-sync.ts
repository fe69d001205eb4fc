import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import {
  CRM_WORK_TOPIC,
  crmWorkKey,
  encodeCrmWork,
  GROUPS,
  settingsSchema,
  TOPICS,
  type CrmWork,
} from '@leadline/contract'
import { startCrmSync } from '@leadline/crm-sync/start'
import { createLog } from '@leadline/runtime'
import { INTEGRATION_USERNAME, startSandboxOrg, type LogEntry } from '@leadline/salesforce-sandbox'
import { openStream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { openTestWarehouse } from '@leadline/warehouse/test-warehouse'

/** The sync as it ships, between a real log, a real engine and the simulated org. */
export interface CrmSyncTarget {
  readonly warehouse: Warehouse
  /** Hands work over and waits until all of it is done; resolves to what was asked of the org meanwhile. */
  sync(work: readonly CrmWork[]): Promise<readonly LogEntry[]>
  close(): Promise<void>
}

const FORCE_APP = join(import.meta.dirname, '../../deploy/salesforce/force-app')
const CLIENT = { clientId: 'bench', clientSecret: 'of-a-simulated-org' }
/** Polling is not what is measured. */
const POLL_MS = 24 * 3_600_000
const LOOK_MS = 50

export async function openCrmSync(): Promise<CrmSyncTarget> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-bench-'))
  const org = await startSandboxOrg({
    clockMode: 'wall',
    schemaDirs: [FORCE_APP],
    clients: [{ ...CLIENT, runAsUser: INTEGRATION_USERNAME }],
  })
  const database = await openTestWarehouse()
  const settings = buildSettings(directory, org.url)
  const stream = await openStream(settings.stream)
  await stream.admin.ensureTopics(TOPICS)
  const { warehouse } = database
  const log = createLog(
    'crm-sync',
    (line, level) => void (level === 'info' || process.stderr.write(`${line}\n`)),
  )
  const service = await startCrmSync({ settings, stream, warehouse, log })
  const isDone = async (): Promise<boolean> => {
    const lag = await stream.admin.lag(GROUPS.crmSync, CRM_WORK_TOPIC)
    return (await service.report()).idle && Object.values(lag).every((behind) => behind === 0)
  }
  return {
    warehouse,
    async sync(work) {
      const lastSeq = org.admin.log().at(-1)?.seq ?? 0
      await stream.append(
        CRM_WORK_TOPIC,
        work.map((item) => ({ key: crmWorkKey(item), value: encodeCrmWork(item) })),
      )
      while (!(await isDone())) await setTimeout(LOOK_MS)
      return org.admin.log(lastSeq)
    },
    async close() {
      await service.stop()
      await stream.close()
      await database.stop()
      await org.stop()
      await rm(directory, { recursive: true })
    },
  }
}

const buildSettings = (directory: string, loginUrl: string) =>
  settingsSchema.parse({
    workspaces: [
      {
        identityKey: 'identity-key-of-the-bench',
        writeKeys: [{ name: 'bench', key: 'wk_of_the_bench' }],
        crm: { kind: 'salesforce', loginUrl, ...CLIENT, allowLoopback: true, pollMs: POLL_MS },
      },
    ],
    stream: { kind: 'embedded', directory },
    warehouse: { kind: 'clickhouse', url: 'http://127.0.0.1:1' },
  })
