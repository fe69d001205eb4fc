import type { Big, DateTime, Uuid } from './column-types.ts'

/** Facts, identifiers, and what operators said about them. */

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

export interface LadderStepsRow {
  readonly ws: number
  readonly run: Uuid
  readonly step: string
  readonly node_type: 'anon' | 'device' | 'phone' | 'mail' | 'user'
  readonly node_id: Uuid
  readonly other_type: 'anon' | 'device' | 'phone' | 'mail' | 'user'
  readonly other_id: Uuid
  readonly since: DateTime
  readonly at: DateTime
}
