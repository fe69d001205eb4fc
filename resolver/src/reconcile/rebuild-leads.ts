import {
  type CompanyLeadsRow,
  type ContactLeadsRow,
  type EventLeadsRow,
  type LeadNodesRow,
  type LeadsRow,
  type QualificationsRow,
  type SessionsRow,
} from '@leadline/warehouse'
import type { NodeId } from '../identity/fact-source.ts'
import { readMail } from '../companies/company-of-mail.ts'
import { createCompanyFinder, type CompanyFinder } from '../companies/find-companies.ts'
import { foldTraits, type Profile } from '../profile/fold-traits.ts'
import type { LoadedEvent } from '../reads/read-events.ts'
import { toOrdered } from '../sessions/split-sessions.ts'
import type { Entry } from '../qualification/qualify.ts'
import { storedRowsOf } from '../reads/stored-rows.ts'
import { buildLeadRow, buildSessions, type Draft } from './build-lead.ts'
import { diffContacts, diffRows, findRetold } from './diff-rows.ts'
import { diffStamps, type StampedLead } from './diff-stamps.ts'
import type { Affected } from './find-affected.ts'
import { findNewFirings, type FiredLead } from './find-new-firings.ts'
import { findMembers, type LeadMembers } from './find-members.ts'
import { judgeLead, toQualificationRows } from './judge-lead.ts'
import { loadEvents } from './load-events.ts'
import { profilesOf, type Sources } from './sources.ts'

/** Rows that differ from the stored ones, and whose CRM records may be out of date. */
export interface RebuiltLeads {
  readonly leads: readonly Draft<LeadsRow>[]
  readonly contactLeads: readonly Draft<ContactLeadsRow>[]
  /** Beside those that follow from assignments. */
  readonly leadNodes: readonly Draft<LeadNodesRow>[]
  readonly sessions: readonly Draft<SessionsRow>[]
  readonly companyLeads: readonly Draft<CompanyLeadsRow>[]
  readonly qualifications: readonly Draft<QualificationsRow>[]
  /** Leads that met rules which have not fired for whoever they are. */
  readonly fired: readonly FiredLead[]
  readonly stamps: readonly Draft<EventLeadsRow>[]
  /** Leads whose row differs in more than when and how often they were seen. */
  readonly retold: readonly NodeId[]
  /** Events that had no stamp yet. */
  readonly newlyStamped: number
  /** Whether their rows differ or not: an earlier try may have written the rows and no more. */
  readonly contacts: readonly LeadContact[]
}

/** A contact that is or was a lead's own. */
export interface LeadContact {
  readonly contactId: NodeId
  readonly leadId: NodeId
}

/** Builds these leads from their events and traits as they lie in the warehouse. Writes nothing. */
export async function rebuildLeads(
  sources: Sources,
  leads: readonly NodeId[],
  affected: Affected,
): Promise<RebuiltLeads> {
  const { workspace } = sources
  const stored = storedRowsOf(sources)
  const [
    { members, built },
    storedLeads,
    storedContacts,
    storedSessions,
    storedCompanies,
    storedQualifications,
  ] = await Promise.all([
    buildMembers(sources, leads, affected),
    stored.leads(leads),
    stored.contactLeads(leads),
    stored.sessions(leads),
    stored.companyLeads(leads),
    stored.qualifications(leads),
  ])
  const { rows, fired } = await findNewFirings(sources, built)
  const sessions = built.flatMap((lead) => lead.sessions.map(({ row }) => row))
  const contactLeads = diffContacts(rows, { leads: storedLeads, contacts: storedContacts })
  return {
    leads: diffRows(rows, storedLeads, ({ lead_id }) => lead_id),
    retold: findRetold(rows, storedLeads),
    contactLeads,
    leadNodes: members.flatMap(({ leadNodes }) => leadNodes),
    sessions: diffRows(sessions, storedSessions, ({ lead_id, session_id }) => lead_id + session_id),
    companyLeads: diffRows(
      built.flatMap(({ companies }) => companies),
      storedCompanies,
      ({ company_id, lead_id }) => company_id + lead_id,
    ),
    qualifications: diffRows(
      built.flatMap(({ lead, entries }) => toQualificationRows(workspace.id, lead, entries)),
      storedQualifications,
      ({ lead_id, rule, message_id }) => `${lead_id} ${rule} ${message_id}`,
    ),
    fired,
    ...diffStamps(workspace.id, built),
    contacts: [
      ...members.flatMap((lead) => lead.mails.map(({ id }) => ({ contactId: id, leadId: lead.lead.id }))),
      ...contactLeads.map(({ contact_id, lead_id }) => ({ contactId: contact_id, leadId: lead_id })),
    ],
  }
}

interface BuiltLead extends StampedLead {
  readonly entries: readonly Entry[]
  readonly row: Draft<LeadsRow>
  readonly companies: readonly Draft<CompanyLeadsRow>[]
}

async function buildMembers(sources: Sources, leads: readonly NodeId[], affected: Affected) {
  const members = await findMembers(sources, leads, affected)
  return { members, built: await buildLeads(sources, members) }
}

/** Leads without events do not come out: they are no leads any more. */
async function buildLeads(sources: Sources, members: readonly LeadMembers[]): Promise<readonly BuiltLead[]> {
  const { workspace } = sources
  const [loaded, traits, companies] = await Promise.all([
    loadEvents(sources, {
      members: members.flatMap((lead) => lead.members),
      quarantined: members.filter(({ isVoid }) => isVoid).map(({ lead }) => lead.id),
    }),
    profilesOf(sources).traits(members.flatMap(({ traitNodes }) => traitNodes)),
    createCompanyFinder(sources, members),
  ])
  const traitsByNode = Map.groupBy(traits, ({ node }) => node)
  return members.flatMap((lead) => {
    const events = loaded.events.get(lead.lead.id)
    if (!events) return []
    const own = lead.traitNodes.flatMap((id) => traitsByNode.get(id) ?? [])
    const profile = foldTraits(own, workspace.settings.identity.traits)
    return [buildLead(sources, lead, { events, profile, companies })]
  })
}

interface LeadContents {
  readonly events: readonly LoadedEvent[]
  readonly profile: Profile
  readonly companies: CompanyFinder
}

function buildLead(
  { workspace }: Sources,
  members: LeadMembers,
  { events: loaded, profile, companies }: LeadContents,
): BuiltLead {
  const { lead, isVoid, primary } = members
  const events = toOrdered(loaded)
  const owner = { workspace: workspace.id, lead: lead.id }
  const sessions = buildSessions(events, owner, {
    timeoutMs: workspace.settings.sessionTimeoutMinutes * 60_000,
    sessionId: (messageId) => workspace.hash('session', messageId),
  })
  const mail = primary && readMail(primary.address, workspace.lists)
  const mailbox = mail && { contactId: primary.id, address: primary.address, isRole: mail.isRole }
  const known = {
    company: companies.fieldsOf(members),
    isIdentified: lead.kind !== 'anon' && !isVoid,
    isQuarantined: isVoid,
    mailbox,
    profile,
    events,
  }
  const domain = mail && !isVoid ? mail.companyDomain : ''
  const judged = judgeLead(workspace, { ...known, domain, sessions })
  const row = buildLeadRow({
    ...owner,
    ...known,
    companyId: companies.ownOf(members),
    sessions: sessions.length,
    judgement: judged.columns,
  })
  return {
    lead: lead.id,
    row,
    events: loaded,
    sessions,
    entries: judged.entries,
    companies: companies.rowsOf(members, { first_seen: row.first_seen, last_seen: row.last_seen }),
  }
}
