import type { Big, DateTime, Uuid } from './column-types.ts'

/** Leads, their sessions, and what rules found in them. */

export interface LeadsRow {
  readonly ws: number
  readonly lead_id: Uuid
  readonly contact_id: Uuid
  readonly company_id: Uuid
  readonly primary_email: string
  readonly name: string
  readonly identified: number
  readonly quarantined: number
  readonly role: number
  readonly stage: string
  readonly first_seen: DateTime
  readonly last_seen: DateTime
  readonly sessions: number
  readonly events: number
  readonly traits: string
  readonly provenance: string
  readonly stage_at: DateTime | null
  readonly first_touch: string
  readonly last_touch: string
  readonly lead_touch: string
  readonly score: number
  readonly score_at: DateTime | null
  readonly score_half_life_s: number
  readonly score_parts: string
  readonly assigned_owner: string
  readonly version: Big
  readonly gone: number
}

export interface ContactLeadsRow {
  readonly ws: number
  readonly contact_id: Uuid
  readonly lead_id: Uuid
  readonly version: Big
  readonly gone: number
}

export interface SessionsRow {
  readonly ws: number
  readonly lead_id: Uuid
  readonly session_id: Uuid
  readonly started_at: DateTime
  readonly ended_at: DateTime
  readonly duration_s: number
  readonly pages: number
  readonly events: number
  readonly entry_url: string
  readonly exit_url: string
  readonly top_pages: readonly string[]
  readonly top_events: readonly string[]
  readonly referrer: string
  readonly source: string
  readonly medium: string
  readonly campaign: string
  readonly term: string
  readonly content: string
  readonly click_ids: string
  readonly device: string
  readonly browser: string
  readonly os: string
  readonly country: string
  readonly version: Big
  readonly gone: number
}

export interface QualificationsRow {
  readonly ws: number
  readonly lead_id: Uuid
  readonly rule: string
  readonly message_id: string
  readonly node_id: Uuid
  readonly at: DateTime
  readonly stage: string
  readonly facts: string
  readonly version: Big
  readonly gone: number
}

export interface RuleFiringsRow {
  readonly ws: number
  readonly node_id: Uuid
  readonly rule: string
  readonly message_id: string
  readonly lead_id: Uuid
  readonly at: DateTime
  readonly fired_at: DateTime
  readonly stage: string
  readonly facts: string
  readonly owner: string
  readonly version: Big
}
