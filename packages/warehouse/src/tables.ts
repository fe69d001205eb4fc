/** The rows that are written, by table: column names and JSON shapes of the migrations. Checked against the engine by a test. */

/** UInt64 and UInt128 in decimal: they do not fit a number. */
export type Big = string
/** `2026-11-21 10:00:00.000`, UTC. `toDateTime` writes it. */
export type DateTime = string
/** `2026-11-21`. */
export type Day = string
export type Uuid = string

export interface EventsRow {
  readonly ws: number
  readonly d: Day
  readonly ts: DateTime
  readonly received_at: DateTime
  readonly message_id: string
  readonly type: string
  readonly event: string
  readonly anonymous_id: string
  readonly user_id: string
  readonly anon_node: Uuid
  readonly mail_node: Uuid
  readonly node_id: Uuid
  readonly channel: string
  readonly source: string
  readonly address: string
  readonly user_agent: string
  readonly name: string
  readonly category: string
  readonly group_id: string
  readonly previous_id: string
  readonly properties: string
  readonly traits: string
  readonly context: string
  readonly integrations: string
  readonly timestamp: DateTime | null
  readonly original_timestamp: DateTime | null
  readonly sent_at: DateTime | null
  readonly impersonated: number
  readonly bot: number
  readonly country: string
  readonly region: string
  readonly first_copy: Big
}

export interface EventLeadsRow {
  readonly ws: number
  readonly node_id: Uuid
  readonly d: Day
  readonly message_id: string
  readonly lead_id: Uuid
  readonly session_id: Uuid
  readonly version: Big
}

export interface IdentityFactsRow {
  readonly ws: number
  readonly kind: 'claim' | 'alias' | 'join' | 'part' | 'erase'
  readonly lo_type: 'anon' | 'device' | 'phone' | 'mail' | 'user'
  readonly lo: Uuid
  readonly hi_type: 'anon' | 'device' | 'phone' | 'mail' | 'user'
  readonly hi: Uuid
  readonly via: Uuid
  readonly t_first: DateTime
  readonly t_last: DateTime
  readonly trust: number
  readonly witness: string
}

export interface IdentityNodesRow {
  readonly ws: number
  readonly node_id: Uuid
  readonly type: 'anon' | 'device' | 'phone' | 'mail' | 'user'
  readonly value: string
  readonly first_seen: DateTime
  readonly last_seen: DateTime
}

export interface IdentityAssignmentsRow {
  readonly ws: number
  readonly node_id: Uuid
  readonly from_ts: DateTime
  readonly to_ts: DateTime
  readonly lead_id: Uuid
  readonly rule: string
  readonly version: Big
  readonly gone: number
}

export interface LeadNodesRow {
  readonly ws: number
  readonly lead_id: Uuid
  readonly node_id: Uuid
  readonly version: Big
  readonly gone: number
}

export interface IdentityLogRow {
  readonly ws: number
  readonly version: Big
  readonly at: DateTime
  readonly node_id: Uuid
  readonly from_lead: Uuid
  readonly to_lead: Uuid
  readonly rule: string
  readonly witness: string
}

export interface TraitsRow {
  readonly ws: number
  readonly node_id: Uuid
  readonly key: string
  readonly value: string
  readonly source: string
  readonly message_id: string
  readonly ts: DateTime
  readonly rank: Big
}

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

export interface CrmLinksRow {
  readonly ws: number
  readonly kind: 'contact' | 'company' | 'session'
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
  readonly kind: 'contact' | 'company' | 'session'
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

export interface IdentityCommandsRow {
  readonly ws: number
  readonly command_id: Uuid
  readonly at: DateTime
  readonly actor: string
  readonly action: 'join' | 'part' | 'quarantine' | 'release' | 'erase' | 'undo'
  readonly undoes: Uuid
  readonly leads: number
  readonly events: number
  readonly sessions: number
}

export interface IdentityRulingsRow {
  readonly ws: number
  readonly node_id: Uuid
  readonly node_type: 'anon' | 'device' | 'phone' | 'mail' | 'user'
  readonly other_id: Uuid
  readonly other_type: 'anon' | 'device' | 'phone' | 'mail' | 'user'
  readonly command_id: Uuid
  readonly at: DateTime
  readonly action: 'join' | 'part' | 'quarantine' | 'release' | 'undo'
  readonly undoes: Uuid
}

export interface ErasuresRow {
  readonly ws: number
  readonly base_id: Uuid
  readonly until: DateTime
  readonly node_id: Uuid
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

export interface TableRows {
  readonly events_raw: EventsRow
  readonly event_leads: EventLeadsRow
  readonly identity_facts: IdentityFactsRow
  readonly identity_facts_by_hi: IdentityFactsRow
  readonly identity_nodes: IdentityNodesRow
  readonly identity_assignments: IdentityAssignmentsRow
  readonly lead_nodes: LeadNodesRow
  readonly identity_log: IdentityLogRow
  readonly traits: TraitsRow
  readonly leads_raw: LeadsRow
  readonly contact_leads: ContactLeadsRow
  readonly companies_raw: CompaniesRow
  readonly sessions_raw: SessionsRow
  readonly crm_links_raw: CrmLinksRow
  readonly crm_shadow: CrmShadowRow
  readonly crm_deliveries_raw: CrmDeliveriesRow
  readonly crm_parked: CrmParkedRow
  readonly crm_cursors: CrmCursorsRow
  readonly crm_connections: CrmConnectionsRow
  readonly crm_locks: CrmLocksRow
  readonly crm_api_calls: CrmApiCallsRow
  readonly identity_commands: IdentityCommandsRow
  readonly identity_rulings: IdentityRulingsRow
  readonly erasures: ErasuresRow
  readonly group_members: GroupMembersRow
  readonly group_domains: GroupDomainsRow
  readonly company_leads: CompanyLeadsRow
  readonly company_domains: CompanyDomainsRow
  readonly qualifications_raw: QualificationsRow
  readonly rule_firings: RuleFiringsRow
  readonly settings: SettingsRow
}
