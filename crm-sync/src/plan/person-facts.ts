import type { PlannedValue } from './operation.ts'
import { createSources, type Sources } from './sources.ts'
import type { CompanyState, LeadState, PersonState, SessionState } from './subjects.ts'
import { buildSource } from './summary.ts'

/** What the mapping of Leads and Contacts may draw on. Unknown text is empty. */
export interface PersonFacts {
  readonly email: string
  readonly firstName: string
  /** Never empty: Salesforce requires one. */
  readonly lastName: string
  /** Never empty: Salesforce requires one on a Lead. */
  readonly company: string
  readonly title: string
  readonly phone: string
  readonly website: string
  readonly stage: string
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  readonly sessions: number
  /** In the 7 and 30 days up to the last visit: they change with visits only, never by the calendar alone. */
  readonly sessions7d: number
  readonly sessions30d: number
  /** Pages of the latest visits, the most frequent first. */
  readonly topPages: string
  /** What brought the person here first, and last. */
  readonly source: string
  readonly lastSource: string
}

export const COMPANY_NOT_PROVIDED = '[not provided]'

/** One person from all leads that share a mailbox: what the most recently seen lead knows comes first. */
export function buildPersonFacts(person: PersonState, domain: string): PersonFacts {
  const { leads } = person
  const trait = (...keys: readonly string[]): string => firstText(leads, keys)
  const email = leads.find((lead) => lead.email !== '')?.email ?? ''
  const name = leads.find((lead) => lead.name.trim() !== '')?.name ?? trait('name')
  return {
    email,
    ...splitName(name, { first: trait('firstName'), last: trait('lastName'), email }),
    company: companyName(leads) || domain || COMPANY_NOT_PROVIDED,
    title: trait('title'),
    phone: trait('phone'),
    website: trait('website') || domain,
    stage: leads.find((lead) => lead.stage !== '')?.stage ?? '',
    firstSeenMs: Math.min(...leads.map((lead) => lead.firstSeenMs)),
    lastSeenMs: Math.max(...leads.map((lead) => lead.lastSeenMs)),
    sessions: person.sessions.length,
    sessions7d: countSince(person.sessions, 7),
    sessions30d: countSince(person.sessions, 30),
    topPages: topPages(person.sessions),
    ...buildTouches(person.sessions),
  }
}

/** What the mapping may draw on for a person. */
export function buildPersonSources(input: {
  readonly person: PersonState
  readonly company: CompanyState | undefined
  readonly account: PlannedValue
}): Sources {
  const { person, company, account } = input
  const { firstSeenMs, lastSeenMs, ...facts } = buildPersonFacts(person, company?.domain ?? '')
  return createSources({
    person: { ...facts, firstSeen: firstSeenMs, lastSeen: lastSeenMs, contactId: person.contactId },
    leads: person.leads.map((lead) => lead.row),
    company: company?.row,
    account,
  })
}

/** Last name: as stated, else the last word of the name, else the mail's local part. */
function splitName(
  name: string,
  stated: { readonly first: string; readonly last: string; readonly email: string },
): { readonly firstName: string; readonly lastName: string } {
  const words = name.trim().split(/\s+/).filter(Boolean)
  const lastWord = words.at(-1) ?? ''
  const lastName = stated.last || (lastWord !== stated.first ? lastWord : '')
  const before = words.slice(0, -1).join(' ')
  return {
    firstName: stated.first || (stated.last === '' || lastWord === stated.last ? before : ''),
    lastName: lastName || stated.email.replace(/@.*$/s, ''),
  }
}

/** Name of the group or company that the person was put into. */
const companyName = (leads: readonly LeadState[]): string =>
  firstText(leads, ['groupName', 'company', 'companyName'])

function firstText(leads: readonly LeadState[], keys: readonly string[]): string {
  for (const lead of leads) {
    for (const key of keys) {
      const text = textOf(lead.traits[key])
      if (text !== '') return text
    }
  }
  return ''
}

/** A trait as text; of an object (as in `company`) its name. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim()
  if (typeof value === 'number') return String(value)
  if (typeof value === 'object' && value !== null && 'name' in value) return textOf(value.name)
  return ''
}

/** Sources of the earliest and the latest visit that have one. */
function buildTouches(sessions: readonly SessionState[]): Pick<PersonFacts, 'source' | 'lastSource'> {
  const ordered = sessions.toSorted((a, b) => a.startedAtMs - b.startedAtMs || compare(a, b))
  const sources = ordered.map(buildSource).filter((source) => source !== '')
  return { source: sources[0] ?? '', lastSource: sources.at(-1) ?? '' }
}

const DAY_MS = 86_400_000

function countSince(sessions: readonly SessionState[], days: number): number {
  const last = Math.max(...sessions.map(({ startedAtMs }) => startedAtMs))
  return sessions.filter(({ startedAtMs }) => startedAtMs > last - days * DAY_MS).length
}

const RECENT_VISITS = 20
const TOP_PAGES = 5

function topPages(sessions: readonly SessionState[]): string {
  const recent = sessions
    .toSorted((a, b) => b.startedAtMs - a.startedAtMs || compare(a, b))
    .slice(0, RECENT_VISITS)
  const counts = new Map<string, number>()
  for (const page of recent.flatMap((session) => session.topPages))
    counts.set(page, (counts.get(page) ?? 0) + 1)
  const ordered = [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  return ordered
    .slice(0, TOP_PAGES)
    .map(([page]) => page)
    .join(', ')
}

const compare = (a: SessionState, b: SessionState): number => (a.sessionId < b.sessionId ? -1 : 1)
