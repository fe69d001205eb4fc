import { NIL_UUID, type Warehouse } from '@leadline/warehouse'
import { isActive } from '../plan/link.ts'
import { dayOf } from '../plan/timeline-units.ts'
import type { CompanyState, LeadState, PersonState, SessionState, VanishedSession } from '../plan/subjects.ts'
import { loadCompanyRows, type StoredCompany } from './companies.ts'
import { loadInheritedAccounts } from './inherited-accounts.ts'
import { loadInheritedLinks } from './inherited-links.ts'
import { loadLinks, type StoredLink } from './links.ts'
import {
  loadContactLeads,
  loadLeads,
  loadLeadsOfSessions,
  loadSessions,
  type ContactLead,
  type StoredSession,
} from './people.ts'
import { loadShadows, shadowKey, type StoredShadow } from './shadows.ts'

export interface Scope {
  readonly warehouse: Warehouse
  readonly ws: number
}

/** What we know about the subjects of one round, before Salesforce is asked. */
export interface RoundState {
  readonly people: readonly PersonState[]
  readonly companies: ReadonlyMap<string, CompanyState>
  /** By link key, of people, companies and sessions. */
  readonly links: ReadonlyMap<string, StoredLink>
  /** By shadow key. */
  readonly shadows: ReadonlyMap<string, StoredShadow>
}

export const linkKey = (link: { readonly kind: string; readonly id: string }): string =>
  `${link.kind}:${link.id}`

export async function loadRound(
  scope: Scope,
  wanted: { readonly contactIds: readonly string[]; readonly companyIds: readonly string[] },
): Promise<RoundState> {
  const { warehouse, ws } = scope
  const contactLeads = await loadContactLeads(warehouse, ws, { column: 'contact_id', ids: wanted.contactIds })
  const leadIds = [...new Set(contactLeads.map((row) => row.leadId))]
  const [leads, sessions, contactLinks] = await Promise.all([
    loadLeads(warehouse, ws, leadIds),
    loadSessions(warehouse, ws, leadIds),
    loadLinks(warehouse, ws, { kind: 'contact', ids: wanted.contactIds }),
  ])
  const byContact = leadsByContact(contactLeads, leads)
  const companyIds = [...new Set([...wanted.companyIds, ...companyIdsOf(byContact)])]
  const sessionIds = [...new Set(sessions.map((session) => session.sessionId))]
  const [companyLinks, sessionLinks, companyRows, inherited] = await Promise.all([
    loadLinks(warehouse, ws, { kind: 'company', ids: companyIds }),
    loadLinks(warehouse, ws, { kind: 'session', ids: sessionIds }),
    loadCompanyRows(warehouse, ws, companyIds),
    loadInheritedLinks(scope, byContact, contactLinks),
  ])
  const links = [...contactLinks.values(), ...companyLinks.values(), ...sessionLinks.values()]
  const inheritedAccounts = await loadInheritedAccounts(scope, companyRows, companyLinks)
  const taken = [...inherited.values(), ...inheritedAccounts.values()]
  const shadows = await loadShadows(warehouse, ws, [...links, ...taken])
  const vanished = await findVanished(scope, sessions, sessionLinks)
  const visits = groupSessions({ contactLeads, byContact, sessions, vanished })
  return {
    people: wanted.contactIds.map((contactId) => {
      const link = living(contactLinks.get(contactId))
      const source = isActive(link) ? link : inherited.get(contactId)
      return {
        contactId,
        leads: byContact.get(contactId) ?? [],
        ...(visits.get(contactId) ?? noVisits()),
        link,
        inherited: inherited.get(contactId),
        shadow: source && shadows.get(shadowKey(source.object, source.crmId)),
      }
    }),
    companies: toCompanies(companyRows, { links: companyLinks, inherited: inheritedAccounts, shadows }),
    links: new Map([...links, ...taken].map((link) => [linkKey(link), link])),
    shadows,
  }
}

function toCompanies(
  rows: readonly StoredCompany[],
  stored: Readonly<Record<'links' | 'inherited', ReadonlyMap<string, StoredLink>>> &
    Pick<RoundState, 'shadows'>,
): ReadonlyMap<string, CompanyState> {
  return new Map(
    rows.map((row) => {
      const link = living(stored.links.get(row.companyId))
      const inherited = stored.inherited.get(row.companyId)
      const source = isActive(link) ? link : inherited
      const shadow = source && stored.shadows.get(shadowKey(source.object, source.crmId))
      return [row.companyId, { ...row, link, inherited, shadow }]
    }),
  )
}

const living = (link: StoredLink | undefined): StoredLink | undefined => (link?.gone ? undefined : link)

/** Leads that may be synced: they have a mail and are not void. The most recently seen first. */
function leadsByContact(
  contactLeads: readonly ContactLead[],
  leads: ReadonlyMap<string, LeadState>,
): Map<string, readonly LeadState[]> {
  const byContact = new Map<string, LeadState[]>()
  for (const { contactId, leadId, gone } of contactLeads) {
    const lead = leads.get(leadId)
    if (gone || lead === undefined || !isSyncable(lead)) continue
    byContact.set(contactId, [...(byContact.get(contactId) ?? []), lead])
  }
  for (const own of byContact.values())
    own.sort((a, b) => b.lastSeenMs - a.lastSeenMs || (a.leadId < b.leadId ? -1 : 1))
  return byContact
}

const isSyncable = (lead: LeadState): boolean => !lead.quarantined && lead.email !== ''

const companyIdsOf = (byContact: ReadonlyMap<string, readonly LeadState[]>): readonly string[] =>
  [...byContact.values()].flatMap((leads) => companyIdOf(leads) ?? [])

/** Company of the most recently seen lead that has one. */
export const companyIdOf = (leads: readonly LeadState[]): string | undefined =>
  leads.find((lead) => lead.companyId !== NIL_UUID)?.companyId

const noVisits = () => ({
  sessions: Array.of<SessionState>(),
  vanished: Array.of<VanishedSession>(),
  formerDays: Array.of<string>(),
})

interface SessionSources {
  readonly contactLeads: readonly ContactLead[]
  readonly byContact: ReadonlyMap<string, readonly LeadState[]>
  readonly sessions: readonly StoredSession[]
  readonly vanished: ReadonlyMap<string, VanishedSession>
}

/** By contact, in one pass: a round may have 10,000 of them. */
function groupSessions({
  contactLeads,
  byContact,
  sessions,
  vanished,
}: SessionSources): ReadonlyMap<string, Pick<PersonState, 'sessions' | 'vanished' | 'formerDays'>> {
  const holders = Map.groupBy(contactLeads, ({ leadId }) => leadId)
  const grouped = new Map(
    [...byContact.keys(), ...contactLeads.map(({ contactId }) => contactId)].map((contactId) => [
      contactId,
      noVisits(),
    ]),
  )
  const isCurrent = (contactId: string, leadId: string): boolean =>
    byContact.get(contactId)?.some((lead) => lead.leadId === leadId) === true
  for (const session of sessions) {
    const gone = session.gone ? vanished.get(session.sessionId) : undefined
    for (const contactId of new Set(holders.get(session.leadId)?.map((holder) => holder.contactId))) {
      const own = grouped.get(contactId) ?? noVisits()
      if (gone) own.vanished.push(gone)
      if (!session.gone && isCurrent(contactId, session.leadId)) own.sessions.push(session)
      else own.formerDays.push(dayOf(session.startedAtMs))
    }
  }
  return grouped
}

/** Sessions that are gone from a lead while their timeline row still stands, and whether they live on elsewhere. */
async function findVanished(
  { warehouse, ws }: Scope,
  sessions: readonly StoredSession[],
  links: ReadonlyMap<string, StoredLink>,
): Promise<Map<string, VanishedSession>> {
  const gone = sessions.filter((session) => session.gone && isActive(links.get(session.sessionId)))
  const elsewhere = await loadLeadsOfSessions(
    warehouse,
    ws,
    gone.map((session) => session.sessionId),
  )
  const leads = await loadLeads(
    warehouse,
    ws,
    elsewhere.map((row) => row.lead_id),
  )
  const alive = new Set(
    elsewhere.filter((row) => isAlive(leads.get(row.lead_id))).map((row) => row.session_id),
  )
  return new Map(
    gone.map(({ sessionId, startedAtMs }) => [
      sessionId,
      { sessionId, startedAtMs, livesOn: alive.has(sessionId) },
    ]),
  )
}

const isAlive = (lead: LeadState | undefined): boolean => lead !== undefined && isSyncable(lead)
