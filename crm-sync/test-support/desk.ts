import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CRM_WORK_TOPIC,
  crmWorkKey,
  encodeCrmWork,
  GROUPS,
  settingsSchema,
  TOPICS,
  type CrmWork,
  type Settings,
} from '@leadline/contract'
import {
  INTEGRATION_USERNAME,
  startSandboxOrg,
  type LogEntry,
  type SandboxOrg,
} from '@leadline/salesforce-sandbox'
import { createLog, type RunningService, type ServiceReport } from '@leadline/runtime'
import { openStream, type Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { startCrmSync } from '../src/start-crm-sync.ts'
import type { ProbeTimes } from '../src/sync/parked-items.ts'
import { nextVersion, seedCompany, seedPeople, type SeededCompany, type SeededPerson } from './seed-rows.ts'

export { moveLead, newPerson, type SeededPerson, type SeededSession } from './seed-rows.ts'

const FORCE_APP = join(import.meta.dirname, '../../deploy/salesforce/force-app')
const CLIENT = { clientId: 'leadline-client', clientSecret: 'not-a-secret-of-anybody' }

type CrmInput = NonNullable<z.input<typeof settingsSchema>['workspaces'][number]['crm']>
type CrmOverrides = Partial<CrmInput>

/** Real parts around the sync: a log, a warehouse, an org. Each desk has a workspace and an org of its own. */
export interface Desk {
  readonly ws: number
  readonly org: SandboxOrg
  readonly warehouse: Warehouse
  readonly stream: Stream
  readonly settings: Settings
  readonly logged: readonly string[]
  /** Starts the sync, if it does not run. */
  start(): Promise<RunningService>
  stop(): Promise<void>
  report(): Promise<ServiceReport>
  /** Writes rows as the resolver does. */
  seed(people: readonly SeededPerson[]): Promise<void>
  seedCompany(company: SeededCompany): Promise<void>
  work(kind: 'contact' | 'company', ids: readonly string[], reason?: string): Promise<void>
  /** Writes people as the resolver does, and hands the work over. */
  push(people: readonly SeededPerson[]): Promise<void>
  /** Waits until all work is done, by a sync that is started if none runs. */
  settle(withinMs?: number): Promise<void>
  links(): Promise<readonly LinkView[]>
  deliveries(): Promise<readonly DeliveryView[]>
  close(): Promise<void>
}

const linkView = z.object({
  kind: z.string(),
  id: z.string(),
  object: z.string(),
  external_id: z.string(),
  crm_id: z.string(),
  owner_name: z.string(),
  status: z.string(),
})
export type LinkView = z.output<typeof linkView>

const deliveryView = z.object({
  direction: z.string(),
  kind: z.string(),
  id: z.string(),
  object: z.string(),
  operation: z.string(),
  reason: z.string(),
  fields: z.string(),
  outcome: z.string(),
  code: z.string(),
  message: z.string(),
  attempt: z.number(),
})
export type DeliveryView = z.output<typeof deliveryView>

/** A quick version of every pause: tests wait for conditions, never for these. */
const QUICK: CrmOverrides = {
  holdDownMs: 20,
  maxHoldMs: 200,
  pollMs: 200,
  refreshMs: 1000,
  // Faults of a test are for the calls it is about.
  opportunities: { read: false },
}
const QUICK_RETRIES = { baseMs: 20, maxMs: 200, brokenMs: 100, budgetMs: 100 }

/** The pauses grow, so that a busy machine too comes to a moment in which nothing is tried again. */
export const QUICK_PROBES: ProbeTimes = { firstMs: 150, maxMs: 2000 }

let lastWorkspace = 0

export interface DeskOptions {
  readonly crm?: CrmOverrides
  readonly org?: Parameters<typeof startSandboxOrg>[0]
  readonly probes?: ProbeTimes
}

export async function openDesk(warehouse: Warehouse, options: DeskOptions = {}): Promise<Desk> {
  const directory = await mkdtemp(join(tmpdir(), 'leadline-crm-sync-'))
  const org = await startSandboxOrg({
    clockMode: 'wall',
    schemaDirs: [FORCE_APP],
    clients: [{ ...CLIENT, runAsUser: INTEGRATION_USERNAME }],
    ...options.org,
  })
  lastWorkspace += 1
  const ws = lastWorkspace
  const settings = settingsSchema.parse({
    workspaces: [
      {
        id: ws,
        identityKey: 'an-identity-key-of-a-test',
        writeKeys: [{ name: 'site', key: 'write-key-of-a-test' }],
        crm: {
          kind: 'salesforce',
          loginUrl: org.url,
          ...CLIENT,
          allowLoopback: true,
          ...QUICK,
          ...options.crm,
        },
      },
    ],
    stream: { kind: 'embedded', directory },
    warehouse: { kind: 'clickhouse', url: 'http://127.0.0.1:1' },
  })
  const stream = await openStream(settings.stream)
  await stream.admin.ensureTopics(TOPICS)
  const logged: string[] = []
  const log = createLog('crm-sync', (line) => void logged.push(line))
  const probes = options.probes ? { probeTimes: options.probes } : {}
  let sync: RunningService | undefined
  let isClosed = false
  const start = async (): Promise<RunningService> =>
    (sync ??= await startCrmSync({ settings, stream, warehouse, log, retryTimes: QUICK_RETRIES, ...probes }))
  async function stop(): Promise<void> {
    await sync?.stop()
    sync = undefined
  }
  const seed = (people: readonly SeededPerson[]): Promise<void> => seedPeople(warehouse, ws, people)
  const work: Desk['work'] = async (kind, ids, reason = 'lead') => {
    const works = ids.map((id): CrmWork => ({
      v: 1,
      workspace: ws,
      kind,
      id,
      reason,
      version: nextVersion(),
    }))
    await stream.append(
      CRM_WORK_TOPIC,
      works.map((one) => ({ key: crmWorkKey(one), value: encodeCrmWork(one) })),
    )
  }
  return {
    ws,
    org,
    warehouse,
    stream,
    settings,
    logged,
    start,
    stop,
    report: async () => (await start()).report(),
    seed,
    seedCompany: (company) => seedCompany(warehouse, ws, company),
    work,
    async push(people) {
      await seed(people)
      await work(
        'contact',
        people.map(({ contactId }) => contactId),
      )
    },
    settle: async (withinMs) => settleSync(stream, await start(), withinMs),
    links: () =>
      warehouse.query(
        'SELECT kind, id, object, external_id, crm_id, owner_name, status FROM crm_links WHERE ws = {ws:UInt32}',
        { row: linkView, params: { ws } },
      ),
    deliveries: () =>
      warehouse.query(
        `SELECT direction, kind, id, object, operation, reason, fields, outcome, code, message, attempt
         FROM crm_deliveries WHERE ws = {ws:UInt32} ORDER BY at, delivery_id`,
        { row: deliveryView, params: { ws } },
      ),
    async close() {
      if (isClosed) return
      isClosed = true
      await stop()
      await stream.close()
      await org.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Waits until this sync is idle and has finished all work of the log. */
export async function settleSync(stream: Stream, sync: RunningService, withinMs?: number): Promise<void> {
  await until(
    async () => {
      const lag = await stream.admin.lag(GROUPS.crmSync, CRM_WORK_TOPIC)
      const report = await sync.report()
      return report.idle && Object.values(lag).every((behind) => behind === 0)
    },
    'the sync is idle',
    withinMs,
  )
}

/** Polls a condition; fails with what was waited for. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/**
 * From now on the work of every second call is done and its answer lost, until that happened to a write of this object,
 * whatever else the call wrote.
 */
export async function loseAnswerOfWrite({ org }: Desk, object: string): Promise<void> {
  const lost = org.admin.faults.add({
    match: { path: '/composite' },
    every: 2,
    times: null,
    action: { type: 'dropAfter' },
  })
  const isLost = ({ faultId, path, body }: LogEntry): boolean =>
    faultId !== null && `${path} ${body}`.includes(`/sobjects/${object}/Leadline_Id__c`)
  await until(() => org.admin.log().some(isLost), `the answer to a write of ${object} is lost`)
  org.admin.faults.remove(lost)
}
