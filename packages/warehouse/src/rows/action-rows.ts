import type { Big, DateTime, Uuid } from './column-types.ts'

/** What rules did when they fired. */

export interface ActionDeliveriesRow {
  readonly ws: number
  readonly at: DateTime
  readonly delivery_id: Uuid
  readonly node_id: Uuid
  readonly message_id: string
  readonly rule: string
  readonly action: string
  readonly lead_id: Uuid
  readonly stage: string
  readonly state: 'due' | 'done' | 'parked' | 'skipped' | 'dropped'
  readonly created_at: DateTime
  readonly next_at: DateTime
  readonly attempts: number
  readonly status: number
  readonly error: string
  readonly latency_ms: number
  readonly message: string
  readonly version: Big
}
