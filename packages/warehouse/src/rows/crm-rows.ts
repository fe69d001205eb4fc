import type { Big, DateTime, Day, Uuid } from './column-types.ts'

/** What crm-sync remembers. */

export interface CrmLinksRow {
  readonly ws: number
  readonly kind: 'contact' | 'company' | 'session' | 'day' | 'opportunity' | 'role' | 'campaign' | 'member'
  readonly id: Uuid
  readonly object: string
  readonly external_id: string
  readonly crm_id: string
  readonly owner_id: string
  readonly owner_name: string
  readonly owner_active: number
  readonly status: string
  readonly version: Big
  readonly gone: number
}

export interface CrmShadowRow {
  readonly ws: number
  readonly object: string
  readonly crm_id: string
  readonly external_id: string
  readonly fields: string
  readonly written: string
  readonly replaced: string
  readonly modstamp: string
  readonly version: Big
  readonly gone: number
}

export interface CrmDeliveriesRow {
  readonly ws: number
  readonly at: DateTime
  readonly delivery_id: Uuid
  readonly direction: 'out' | 'in'
  readonly kind: 'contact' | 'company' | 'session' | 'day' | 'opportunity' | 'role' | 'campaign' | 'member'
  readonly id: Uuid
  readonly object: string
  readonly operation: string
  readonly external_id: string
  readonly crm_id: string
  readonly reason: string
  readonly fields: string
  readonly outcome: string
  readonly code: string
  readonly message: string
  readonly request_id: string
  readonly attempt: number
  readonly latency_ms: number
}

export interface CrmParkedRow {
  readonly ws: number
  readonly kind: 'contact' | 'company'
  readonly id: Uuid
  readonly signature: string
  readonly code: string
  readonly message: string
  readonly since: DateTime
  readonly version: Big
  readonly gone: number
}

export interface CrmCursorsRow {
  readonly ws: number
  readonly name: string
  readonly value: string
  readonly version: Big
}

export interface SettingsRow {
  readonly ws: number
  readonly name: string
  readonly value: string
  readonly version: Big
}

export interface CrmConnectionsRow {
  readonly ws: number
  readonly org_id: string
  readonly user_id: string
  readonly instance_url: string
  readonly tokens: string
  readonly is_dead: number
  readonly version: Big
}

export interface CrmLocksRow {
  readonly ws: number
  readonly name: string
  readonly holder: Uuid
  readonly ticket: number
  readonly is_choosing: number
  readonly until_ms: Big
  readonly version: Big
  readonly gone: number
}

export interface CrmApiCallsRow {
  readonly ws: number
  readonly hour: DateTime
  readonly lane: string
  readonly process: Uuid
  readonly calls: number
  readonly version: Big
}

export interface OpportunitiesRow {
  readonly ws: number
  readonly opportunity_id: string
  readonly account_crm_id: string
  readonly name: string
  readonly stage: string
  readonly amount: number | null
  readonly currency: string
  readonly close_date: Day | null
  readonly is_closed: number
  readonly is_won: number
  readonly owner_id: string
  readonly created_at: DateTime
  readonly changed_at: DateTime
  readonly contact_crm_ids: readonly string[]
  readonly history: string
  readonly version: Big
  readonly gone: number
}
