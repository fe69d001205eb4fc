import type { Big, DateTime, Day, Uuid } from './column-types.ts'

/** Events and whose they are. */

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
  readonly imported: number
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
