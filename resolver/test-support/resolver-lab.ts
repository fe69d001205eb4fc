import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CHANGES_TOPIC,
  CONTROL_TOPIC,
  CRM_WORK_TOPIC,
  DEAD_TOPIC,
  EVENTS_TOPIC,
  GROUPS,
  TOPICS,
  TOUCHED_TOPIC,
  decodeCrmWork,
  decodeIdentityChange,
  type CrmWork,
  type Envelope,
  type IdentityChange,
  type IdentityLimits,
} from '@leadline/contract'
import { createLog, type RunningService } from '@leadline/runtime'
import { openStream, type Stream } from '@leadline/stream'
import type { Warehouse } from '@leadline/warehouse'
import { openTestWarehouse, type TestWarehouse } from '@leadline/warehouse/test-warehouse'
import { z } from 'zod'
import { startResolver } from '../src/start-resolver.ts'
import { toSettings } from './settings.ts'
import { waitUntil } from './wait-until.ts'

/** Real log, real engine, and the resolver on them. One lab serves a test file: each test takes a workspace. */
export interface ResolverLab {
  readonly stream: Stream
  readonly warehouse: Warehouse
  readonly database: TestWarehouse
  readonly streamDirectory: string
  /** Lines that were logged as warning or error. */
  readonly complaints: readonly string[]
  start(): Promise<RunningService>
  /** Stops what `start` started. */
  stop(): Promise<void>
  send(envelopes: readonly Envelope[]): Promise<void>
  hasNoLag(): Promise<boolean>
  /** Everything that was sent is resolved. */
  settle(): Promise<void>
  /** What outsiders can read of a workspace, without versions. */
  rows(workspace: number): Promise<Readonly<Record<string, readonly unknown[]>>>
  work(workspace: number): Promise<readonly CrmWork[]>
  close(): Promise<void>
}

/** In the order of the flow: no lag behind the first means that all of it is in front of the second. */
const STAGES = [
  [GROUPS.store, EVENTS_TOPIC],
  [GROUPS.control, CONTROL_TOPIC],
  [GROUPS.reconcile, TOUCHED_TOPIC],
] as const

export async function openLab(
  workspaces: number,
  identity: Partial<IdentityLimits> = {},
  further: Readonly<Record<string, unknown>> = {},
): Promise<ResolverLab> {
  const streamDirectory = await mkdtemp(join(tmpdir(), 'leadline-resolver-'))
  const stream = await openStream({ kind: 'embedded', directory: streamDirectory, maxBytes: 2 ** 32 })
  await stream.admin.ensureTopics(TOPICS)
  const database = await openTestWarehouse()
  const { warehouse } = database
  const complaints: string[] = []
  const log = createLog('resolver', (line, level) => {
    if (level !== 'info') complaints.push(line)
  })
  let service: RunningService | undefined
  const stop = async (): Promise<void> => {
    await service?.stop()
    service = undefined
  }
  const hasNoLag = () => isResolved(stream)
  return {
    stream,
    warehouse,
    database,
    streamDirectory,
    complaints,
    start: async () => {
      const settings = toSettings(workspaces, identity, further).workspaces
      service = await startResolver({
        stream,
        warehouse,
        settings,
        log,
        now: Date.now,
        gatherMs: 20,
        metricsPort: 0,
      })
      return service
    },
    stop,
    send: async (envelopes) =>
      await stream.append(
        EVENTS_TOPIC,
        envelopes.map((envelope, i) => ({ key: String(i), value: JSON.stringify(envelope) })),
      ),
    hasNoLag,
    settle: async () =>
      await waitUntil(
        'the resolver has no lag and is idle',
        async () => (await hasNoLag()) && (service === undefined || (await service.report()).idle),
      ),
    rows: async (workspace) => await readRows(warehouse, workspace),
    work: async (workspace) => (await readWork(stream)).filter((work) => work.workspace === workspace),
    close: async () => {
      await stop()
      await stream.close()
      await database.stop()
      await rm(streamDirectory, { recursive: true, force: true })
    },
  }
}

/** No stage has anything before it. */
export async function isResolved(stream: Stream): Promise<boolean> {
  for (const [group, topic] of STAGES) {
    const lag = await stream.admin.lag(group, topic)
    if (Object.values(lag).some((chunks) => chunks > 0)) return false
  }
  return true
}

export const readWork = async (stream: Stream): Promise<readonly CrmWork[]> =>
  (await readTopic(stream, CRM_WORK_TOPIC)).flatMap((value) => {
    const decoded = decodeCrmWork(value)
    return decoded.ok ? [decoded.value] : []
  })

export const readChanges = async (stream: Stream): Promise<readonly IdentityChange[]> =>
  (await readTopic(stream, CHANGES_TOPIC)).flatMap((value) => {
    const decoded = decodeIdentityChange(value)
    return decoded.ok ? [decoded.value] : []
  })

/** Bytes of what was put aside. */
export const readDeadLetters = async (lab: ResolverLab): Promise<readonly string[]> =>
  (await readTopic(lab.stream, DEAD_TOPIC)).map(String)

let readers = 0

async function readTopic(stream: Stream, topic: string): Promise<readonly Buffer[]> {
  const values: Buffer[] = []
  readers += 1
  const group = `test-reader-${readers}`
  const consumer = await stream.consume({
    topic,
    group,
    handle: async (batch) => void values.push(...batch.values),
    onFailure: ({ error }) => {
      throw error
    },
  })
  await waitUntil('the topic is read to its end', async () =>
    Object.values(await stream.admin.lag(group, topic)).every((chunks) => chunks === 0),
  )
  await consumer.stop()
  return values
}

const QUERIES: Readonly<Record<string, string>> = {
  events: `SELECT message_id, lead_id, contact_id, company_id, session_id, ts FROM events
    WHERE ws = {ws:UInt32} ORDER BY message_id`,
  leads: `SELECT * EXCEPT (ws, version, gone) FROM leads WHERE ws = {ws:UInt32} ORDER BY lead_id`,
  sessions: `SELECT * EXCEPT (ws, version, gone) FROM sessions WHERE ws = {ws:UInt32} ORDER BY lead_id, session_id`,
  companies: `SELECT * EXCEPT (ws, version, gone) FROM companies WHERE ws = {ws:UInt32} ORDER BY company_id`,
  contacts: `SELECT contact_id, lead_id FROM contact_leads FINAL
    WHERE ws = {ws:UInt32} AND gone = 0 ORDER BY contact_id, lead_id`,
  qualifications: `SELECT * EXCEPT ws FROM qualifications WHERE ws = {ws:UInt32} ORDER BY lead_id, rule, message_id`,
  assignments: `SELECT node_id, from_ts, to_ts, lead_id, rule FROM identity_assignments FINAL
    WHERE ws = {ws:UInt32} AND gone = 0 ORDER BY node_id, from_ts`,
  members: `SELECT lead_id, node_id FROM lead_nodes FINAL
    WHERE ws = {ws:UInt32} AND gone = 0 ORDER BY lead_id, node_id`,
}

async function readRows(
  warehouse: Warehouse,
  ws: number,
): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const row = z.record(z.string(), z.unknown())
  const tables = await Promise.all(
    Object.entries(QUERIES).map(
      async ([name, sql]) => [name, await warehouse.query(sql, { row, params: { ws } })] as const,
    ),
  )
  return Object.fromEntries(tables)
}
