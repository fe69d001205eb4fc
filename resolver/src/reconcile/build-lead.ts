import { toDateTime, type LeadsRow, type SessionsRow } from '@leadline/warehouse'
import type { NodeId } from '../identity/fact-source.ts'
import { toName, toProvenanceJson, toTraitsJson, type Profile } from '../profile/fold-traits.ts'
import type { LoadedEvent } from '../reads/read-events.ts'
import { splitSessions } from '../sessions/split-sessions.ts'
import type { Judgement } from './judge-lead.ts'
import { summariseSession, type SessionSummary } from '../sessions/summarise-session.ts'

/** A row before it gets its version. */
export type Draft<Row> = Omit<Row, 'version'>

/** A lead's mailbox, and what it says. */
export interface Mailbox {
  readonly contactId: NodeId
  readonly address: string
  readonly isRole: boolean
}

export interface LeadParts {
  readonly workspace: number
  readonly lead: NodeId
  /** A user or a mail, not void. */
  readonly isIdentified: boolean
  /** All that identifies it is void. */
  readonly isQuarantined: boolean
  readonly mailbox: Mailbox | undefined
  /** NO_NODE where there is none. */
  readonly companyId: NodeId
  readonly profile: Profile
  /** At least one. */
  readonly events: readonly LoadedEvent[]
  readonly sessions: number
  readonly judgement: Judgement
}

/** The row of a lead. */
export function buildLeadRow(parts: LeadParts): Draft<LeadsRow> {
  const { profile, events } = parts
  const mailbox = parts.mailbox ?? { contactId: parts.lead, address: '', isRole: false }
  return {
    ws: parts.workspace,
    lead_id: parts.lead,
    contact_id: mailbox.contactId,
    company_id: parts.companyId,
    primary_email: mailbox.address,
    name: toName(profile),
    identified: toFlag(parts.isIdentified),
    quarantined: toFlag(parts.isQuarantined),
    role: toFlag(mailbox.isRole),
    first_seen: toDateTime(events.reduce((first, { timeMs }) => Math.min(first, timeMs), Infinity)),
    last_seen: toDateTime(events.reduce((last, { timeMs }) => Math.max(last, timeMs), -Infinity)),
    sessions: parts.sessions,
    events: events.length,
    traits: toTraitsJson(profile),
    provenance: toProvenanceJson(profile),
    ...parts.judgement,
    // Follows from what fired, which is read once the leads are built.
    assigned_owner: '',
    gone: 0,
  }
}

const toFlag = (value: boolean): 0 | 1 => (value ? 1 : 0)

/** A session of a lead with its row and the events in it. */
export interface BuiltSession {
  readonly row: Draft<SessionsRow>
  readonly events: readonly LoadedEvent[]
}

export function buildSessions(
  events: readonly LoadedEvent[],
  owner: { readonly workspace: number; readonly lead: NodeId },
  rules: { readonly timeoutMs: number; readonly sessionId: (messageId: string) => NodeId },
): readonly BuiltSession[] {
  return splitSessions(events, rules.timeoutMs).map((run) => {
    const summary = summariseSession(run)
    const id = rules.sessionId(summary.firstMessageId)
    return {
      row: toSessionRow({ ws: owner.workspace, lead_id: owner.lead, session_id: id }, summary),
      events: run,
    }
  })
}

const toSessionRow = (
  ids: Pick<SessionsRow, 'ws' | 'lead_id' | 'session_id'>,
  summary: SessionSummary,
): Draft<SessionsRow> => ({
  ws: ids.ws,
  lead_id: ids.lead_id,
  session_id: ids.session_id,
  started_at: toDateTime(summary.startedMs),
  ended_at: toDateTime(summary.endedMs),
  // Between the times as people read them: to the second.
  duration_s: Math.floor(summary.endedMs / 1000) - Math.floor(summary.startedMs / 1000),
  pages: summary.pages,
  events: summary.events,
  entry_url: summary.entryUrl,
  exit_url: summary.exitUrl,
  top_pages: summary.topPages,
  top_events: summary.topEvents,
  referrer: summary.referrer,
  source: summary.source,
  medium: summary.medium,
  campaign: summary.campaign,
  term: summary.term,
  content: summary.content,
  click_ids: summary.clickIds,
  device: summary.device,
  browser: summary.browser,
  os: summary.os,
  country: summary.country,
  gone: 0,
})
