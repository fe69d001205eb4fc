import type { Big, DateTime, Uuid } from './column-types.ts'

/** Companies, and what makes them. */

export interface CompaniesRow {
  readonly ws: number
  readonly company_id: Uuid
  readonly key_kind: 'group' | 'domain' | 'manual'
  readonly key: string
  readonly name: string
  readonly domain: string
  readonly parent_id: Uuid
  readonly domains: readonly string[]
  readonly traits: string
  readonly provenance: string
  readonly first_seen: DateTime
  readonly last_seen: DateTime
  readonly leads: number
  readonly first_touch: string
  readonly last_touch: string
  readonly lead_touch: string
  readonly score: number
  readonly score_at: DateTime | null
  readonly score_half_life_s: number
  readonly version: Big
  readonly gone: number
}

export interface GroupMembersRow {
  readonly ws: number
  readonly node_id: Uuid
  readonly company_id: Uuid
  readonly t_first: DateTime
  readonly t_last: DateTime
  readonly trust: number
  readonly witness: string
}

export interface GroupDomainsRow {
  readonly ws: number
  readonly domain: string
  readonly company_id: Uuid
  readonly t_first: DateTime
  readonly trust: number
  readonly witness: string
}

export interface CompanyLeadsRow {
  readonly ws: number
  readonly company_id: Uuid
  readonly lead_id: Uuid
  readonly domain: string
  readonly is_own: number
  readonly is_member: number
  readonly first_seen: DateTime
  readonly last_seen: DateTime
  readonly version: Big
  readonly gone: number
}

export interface CompanyDomainsRow {
  readonly ws: number
  readonly domain: string
  readonly company_id: Uuid
  readonly version: Big
  readonly gone: number
}
