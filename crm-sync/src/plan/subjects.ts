import type { CrmFields } from './field-values.ts'
import type { CrmRecord, Link, Shadow } from './operation.ts'
import type { Row } from './sources.ts'
import type { Visit } from './summary.ts'

/** A lead as the warehouse knows it. */
export interface LeadState {
  readonly leadId: string
  readonly companyId: string
  readonly email: string
  readonly name: string
  /** Its identifiers are void: it is never synced. */
  readonly quarantined: boolean
  readonly stage: string
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  readonly traits: Readonly<Record<string, unknown>>
  /** All columns, for the mapping. */
  readonly row: Row
}

export interface SessionState extends Visit {
  readonly sessionId: string
  readonly leadId: string
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly events: number
  readonly entryUrl: string
}

/** A session row that is gone: joined to another one, or moved to another lead. */
export interface VanishedSession {
  readonly sessionId: string
  readonly startedAtMs: number
  /** It has a row with another lead that is synced: that lead's own plan moves the record. */
  readonly livesOn: boolean
}

/** A row of the timeline, as known from earlier. */
export interface TimelineRow {
  readonly link: Link
  readonly fields: CrmFields
}

export interface PersonState {
  readonly contactId: string
  /** Leads that may be synced, the most recently seen first. */
  readonly leads: readonly LeadState[]
  readonly sessions: readonly SessionState[]
  readonly vanished: readonly VanishedSession[]
  /** Days (UTC, `2026-11-02`) of sessions that were the person's once: their rows may still stand. */
  readonly formerDays: readonly string[]
  readonly link: Link | undefined
  /** Link of a contact whose leads all came here: its record goes with them. */
  readonly inherited: Link | undefined
  readonly shadow: Shadow | undefined
}

export interface CompanyState {
  readonly companyId: string
  readonly name: string
  /** Registrable domain; empty when the company is known by another key. */
  readonly domain: string
  /** All columns, for the mapping. */
  readonly row: Row
  readonly link: Link | undefined
  /** Link of a company that vanished and had the same domain: its Account goes along. */
  readonly inherited: Link | undefined
  readonly shadow: Shadow | undefined
}

/** Where a subject stands in Salesforce. */
export type Standing =
  | { readonly at: 'record'; readonly record: CrmRecord; readonly externalId: string }
  /** Another contact of ours already keeps this record's fields; timeline rows may still hang on it. */
  | { readonly at: 'shared'; readonly record: CrmRecord; readonly externalId: string }
  | { readonly at: 'none'; readonly externalId: string }
  | { readonly at: 'deleted' }
  | {
      readonly at: 'unclear'
      readonly code: string
      readonly message: string
      readonly candidates?: readonly string[]
    }

/** What one work item asked for. */
export interface Errand {
  readonly workKey: string
  readonly reason: string
}
