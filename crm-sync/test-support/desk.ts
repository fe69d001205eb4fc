import { randomUUID } from 'node:crypto'
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
import { INTEGRATION_USERNAME, startSandboxOrg, type SandboxOrg } from '@leadline/salesforce-sandbox'
import { createLog, type RunningService } from '@leadline/runtime'
import { openStream, type Stream } from '@leadline/stream'
import { NIL_UUID, toDateTime, type Warehouse } from '@leadline/warehouse'
import { companyRow, leadRow, sessionRow } from '@leadline/warehouse/test-warehouse'
import { z } from 'zod'
import { startCrmSync } from '../src/start-crm-sync.ts'
import type { ProbeTimes } from '../src/sync/parked-items.ts'

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
  start(): Promise<RunningService>
  /** Writes rows as the resolver does. */
  seed(people: readonly SeededPerson[]): Promise<void>
  seedCompany(company: SeededCompany): Promise<void>
  work(kind: 'contact' | 'company', ids: readonly string[], reason?: string): Promise<void>
  /** Waits until the sync is idle and has finished all work of the log. */
  settle(sync: RunningService): Promise<void>
  links(): Promise<readonly LinkView[]>
  deliveries(): Promise<readonly DeliveryView[]>
  close(): Promise<void>
}

export interface SeededCompany {
  readonly id: string
  readonly name: string
  readonly domain: string
  readonly leads?: number
  readonly gone?: boolean
}

export interface SeededPerson {
  readonly contactId: string
  readonly leadId: string
  readonly email: string
  readonly name?: string
  readonly companyId?: string
  readonly quarantined?: boolean
  readonly traits?: Readonly<Record<string, unknown>>
  readonly sessions?: readonly SeededSession[]
  readonly goneSessions?: readonly SeededSession[]
}

export interface SeededSession {
  readonly sessionId: string
  readonly startedAtMs: number
  readonly endedAtMs?: number
  readonly pages?: number
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
const QUICK: CrmOverrides = { holdDownMs: 20, maxHoldMs: 200, pollMs: 200, refreshMs: 1000 }
const QUICK_RETRIES = { baseMs: 20, maxMs: 200, brokenMs: 100, budgetMs: 100 }

let lastWorkspace = 0
let lastVersion = BigInt(Date.now()) << 20n
const nextVersion = (): string => String((lastVersion += 1n))

export async function openDesk(
  warehouse: Warehouse,
  options: {
    readonly crm?: CrmOverrides
    readonly org?: Parameters<typeof startSandboxOrg>[0]
    readonly probes?: ProbeTimes
  } = {},
): Promise<Desk> {
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
  return {
    ws,
    org,
    warehouse,
    stream,
    settings,
    logged,
    start: () =>
      startCrmSync({
        settings,
        stream,
        warehouse,
        log,
        retryTimes: QUICK_RETRIES,
        ...(options.probes ? { probeTimes: options.probes } : {}),
      }),
    seed: (people) => seedPeople(warehouse, ws, people),
    seedCompany: ({ id, name, domain, leads = 1, gone = false }) =>
      warehouse.insert('companies_raw', [
        companyRow({
          ws,
          company_id: id,
          key: domain,
          name,
          domain,
          leads,
          gone: gone ? 1 : 0,
          version: nextVersion(),
        }),
      ]),
    async work(kind, ids, reason = 'lead') {
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
        works.map((work) => ({ key: crmWorkKey(work), value: encodeCrmWork(work) })),
      )
    },
    settle: (sync) => settle(stream, sync),
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
      await stream.close()
      await org.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function settle(stream: Stream, sync: RunningService): Promise<void> {
  await until(async () => {
    const lag = await stream.admin.lag(GROUPS.crmSync, CRM_WORK_TOPIC)
    const report = await sync.report()
    return report.idle && Object.values(lag).every((behind) => behind === 0)
  }, 'the sync is idle')
}

/** Polls a condition; fails with what was waited for. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function seedPeople(warehouse: Warehouse, ws: number, people: readonly SeededPerson[]): Promise<void> {
  const at = toDateTime(Date.UTC(2026, 10, 1))
  await warehouse.insert(
    'leads_raw',
    people.map((person) =>
      leadRow({
        ws,
        lead_id: person.leadId,
        contact_id: person.contactId,
        company_id: person.companyId ?? NIL_UUID,
        primary_email: person.email,
        name: person.name ?? '',
        identified: 1,
        quarantined: person.quarantined ? 1 : 0,
        stage: person.quarantined ? '' : 'qualified',
        first_seen: at,
        last_seen: lastSeen(person, at),
        sessions: person.sessions?.length ?? 0,
        traits: JSON.stringify(person.traits ?? {}),
        version: nextVersion(),
      }),
    ),
  )
  await warehouse.insert(
    'contact_leads',
    people.map((person) => ({
      ws,
      contact_id: person.contactId,
      lead_id: person.leadId,
      version: nextVersion(),
      gone: 0,
    })),
  )
  await warehouse.insert(
    'sessions_raw',
    people.flatMap((person) => [
      ...(person.sessions ?? []).map((session) =>
        toSessionRow(session, { ws, leadId: person.leadId, gone: 0 }),
      ),
      ...(person.goneSessions ?? []).map((session) =>
        toSessionRow(session, { ws, leadId: person.leadId, gone: 1 }),
      ),
    ]),
  )
}

const lastSeen = (person: SeededPerson, otherwise: string): string => {
  const ends = (person.sessions ?? []).map((session) => session.endedAtMs ?? session.startedAtMs + 60_000)
  return ends.length === 0 ? otherwise : toDateTime(Math.max(...ends))
}

const toSessionRow = (
  session: SeededSession,
  { ws, leadId, gone }: { readonly ws: number; readonly leadId: string; readonly gone: number },
) => {
  const endedAtMs = session.endedAtMs ?? session.startedAtMs + 180_000
  return sessionRow({
    ws,
    lead_id: leadId,
    session_id: session.sessionId,
    started_at: toDateTime(session.startedAtMs),
    ended_at: toDateTime(endedAtMs),
    duration_s: Math.round((endedAtMs - session.startedAtMs) / 1000),
    pages: session.pages ?? 3,
    events: 4,
    entry_url: 'https://shop.example/pricing?utm_source=google',
    exit_url: 'https://shop.example/docs',
    top_pages: ['Pricing', 'Docs'],
    top_events: ['Signed Up'],
    referrer: 'https://www.google.com/',
    source: 'google',
    medium: 'cpc',
    campaign: 'spring',
    version: nextVersion(),
    gone,
  })
}

/** A lead leaves a contact for another one, as the resolver writes it. */
export async function moveLead(desk: Desk, leadId: string, from: string): Promise<void> {
  await desk.warehouse.insert('contact_leads', [
    { ws: desk.ws, contact_id: from, lead_id: leadId, version: nextVersion(), gone: 1 },
  ])
}

export const newPerson = (email: string, more: Partial<SeededPerson> = {}): SeededPerson => ({
  contactId: randomUUID(),
  leadId: randomUUID(),
  email,
  ...more,
})
