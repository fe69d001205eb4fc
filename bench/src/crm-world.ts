import {
  toDateTime,
  type CompaniesRow,
  type ContactLeadsRow,
  type LeadsRow,
  type SessionsRow,
} from '@leadline/warehouse'
import { companyRow, leadRow, sessionRow, uuid } from '@leadline/warehouse/test-warehouse'

/** How many there are of each; visits are per person. */
export interface WorldSize {
  readonly people: number
  readonly companies: number
  readonly visits: number
}

/** What the resolver would have written, as rows. */
export interface World {
  readonly companies: readonly CompaniesRow[]
  readonly leads: readonly LeadsRow[]
  readonly contacts: readonly ContactLeadsRow[]
  readonly sessions: readonly SessionsRow[]
}

const DAY_MS = 86_400_000
const VISIT_MS = 180_000
const FIRST_VISIT_MS = Date.UTC(2025, 0, 6, 9)

/** Kinds of ids, far enough apart for any size. */
const LEAD = 1e9
const CONTACT = 2e9
const COMPANY = 3e9
const SESSION = 4e9

export const contactIdOf = (person: number): string => uuid(CONTACT + person)
export const companyIdOf = (company: number): string => uuid(COMPANY + company)

/** People of companies, a visit a day each. A larger world of a later version continues a smaller one. */
export function buildWorld(size: WorldSize, version: string): World {
  const people = Array.from({ length: size.people }, (_, person) => person)
  return {
    companies: Array.from({ length: size.companies }, (_, n) => buildCompany(n, version)),
    leads: people.map((person) => buildLead(person, size, version)),
    contacts: people.map((person) => ({
      ws: 1,
      contact_id: contactIdOf(person),
      lead_id: uuid(LEAD + person),
      version,
      gone: 0,
    })),
    sessions: people.flatMap((person) =>
      Array.from({ length: size.visits }, (_, visit) => buildVisit(person, visit, version)),
    ),
  }
}

const domainOf = (company: number): string => `company-${company}.example`

function buildCompany(company: number, version: string): CompaniesRow {
  const domain = domainOf(company)
  return companyRow({ company_id: companyIdOf(company), key: domain, name: domain, domain, version })
}

function buildLead(person: number, { companies, visits }: WorldSize, version: string): LeadsRow {
  const company = person % companies
  return leadRow({
    lead_id: uuid(LEAD + person),
    contact_id: contactIdOf(person),
    company_id: companyIdOf(company),
    primary_email: `person-${person}@${domainOf(company)}`,
    name: `Pat Person-${person}`,
    identified: 1,
    stage: 'qualified',
    first_seen: toDateTime(FIRST_VISIT_MS),
    last_seen: toDateTime(FIRST_VISIT_MS + (visits - 1) * DAY_MS + VISIT_MS),
    sessions: visits,
    events: visits * 4,
    version,
  })
}

function buildVisit(person: number, visit: number, version: string): SessionsRow {
  const startedMs = FIRST_VISIT_MS + visit * DAY_MS
  return sessionRow({
    lead_id: uuid(LEAD + person),
    session_id: uuid(SESSION + person * 1000 + visit),
    started_at: toDateTime(startedMs),
    ended_at: toDateTime(startedMs + VISIT_MS),
    duration_s: VISIT_MS / 1000,
    pages: 3,
    events: 4,
    entry_url: 'https://shop.example/pricing',
    top_pages: ['Pricing', 'Docs'],
    top_events: ['Signed Up'],
    source: 'newsletter',
    version,
  })
}
