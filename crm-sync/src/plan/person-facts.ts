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
  readonly source: string
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
    source: firstSource(person.sessions),
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

/** Source of the earliest visit that has one: what brought the person here first. */
function firstSource(sessions: readonly SessionState[]): string {
  const ordered = sessions.toSorted((a, b) => a.startedAtMs - b.startedAtMs || compare(a, b))
  return ordered.map(buildSource).find((source) => source !== '') ?? ''
}

const compare = (a: SessionState, b: SessionState): number => (a.sessionId < b.sessionId ? -1 : 1)
