import { randomUUID } from 'node:crypto'
import { NIL_UUID, toDateTime, type Warehouse } from '@leadline/warehouse'
import { companyRow, leadRow, sessionRow } from '@leadline/warehouse/test-warehouse'

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

let lastVersion = 0n

/** Newer than every row and every work before it, and by the clock: older work counts as the repeat of a former try. */
export function nextVersion(): string {
  const nowVersion = BigInt(Date.now()) << 20n
  lastVersion = nowVersion > lastVersion ? nowVersion : lastVersion + 1n
  return String(lastVersion)
}

/** Writes rows as the resolver does. */
export async function seedPeople(
  warehouse: Warehouse,
  ws: number,
  people: readonly SeededPerson[],
): Promise<void> {
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
    'company_leads',
    people.flatMap(({ companyId, leadId }) =>
      companyId === undefined ? [] : [toCompanyLeadRow({ ws, companyId, leadId })],
    ),
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

const toCompanyLeadRow = ({
  ws,
  companyId,
  leadId,
}: Readonly<Record<'companyId' | 'leadId', string>> & { readonly ws: number }) => ({
  ws,
  company_id: companyId,
  lead_id: leadId,
  domain: '',
  is_own: 1,
  is_member: 0,
  first_seen: toDateTime(Date.UTC(2026, 10, 1)),
  last_seen: toDateTime(Date.UTC(2026, 10, 1)),
  version: nextVersion(),
  gone: 0,
})

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
export async function moveLead(
  { warehouse, ws }: { readonly warehouse: Warehouse; readonly ws: number },
  leadId: string,
  from: string,
): Promise<void> {
  await warehouse.insert('contact_leads', [
    { ws, contact_id: from, lead_id: leadId, version: nextVersion(), gone: 1 },
  ])
}

export const newPerson = (email: string, more: Partial<SeededPerson> = {}): SeededPerson => ({
  contactId: randomUUID(),
  leadId: randomUUID(),
  email,
  ...more,
})

export async function seedCompany(
  warehouse: Warehouse,
  ws: number,
  { id, name, domain, leads = 1, gone = false }: SeededCompany,
): Promise<void> {
  await warehouse.insert('companies_raw', [
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
  ])
}
