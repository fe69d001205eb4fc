import { z } from 'zod'
import type { Scope } from '../state/load-round.ts'
import { toCondition, type Filter, type FilterKey } from './filter.ts'
import type { Subject } from './select-subjects.ts'

/** What deliveries can be chosen by. */
export const LOG_KEYS: Readonly<Record<string, FilterKey>> = {
  outcome: { sql: 'outcome = ?', type: 'String' },
  code: { sql: 'code = ?', type: 'String' },
  object: { sql: 'object = ?', type: 'String' },
  reason: { sql: 'reason = ?', type: 'String' },
  operation: { sql: 'operation = ?', type: 'String' },
  direction: { sql: 'direction = ?', type: 'String' },
  request: { sql: 'request_id = ?', type: 'String' },
  since: { sql: 'at >= ?', type: 'DateTime64(3)' },
  until: { sql: 'at < ?', type: 'DateTime64(3)' },
}

const deliveryRow = z.object({
  at: z.string(),
  direction: z.string(),
  kind: z.string(),
  id: z.string(),
  object: z.string(),
  operation: z.string(),
  external_id: z.string(),
  crm_id: z.string(),
  reason: z.string(),
  fields: z.string(),
  outcome: z.string(),
  code: z.string(),
  message: z.string(),
  request_id: z.string(),
  attempt: z.number(),
  latency_ms: z.number(),
})
export type Delivery = z.output<typeof deliveryRow>

/** As they are exported, in this order. */
export const DELIVERY_COLUMNS = Object.keys(deliveryRow.shape)

export interface LogQuery {
  readonly filter: Filter
  /** Only of these subjects; of all when not given. */
  readonly ids?: readonly string[] | undefined
  readonly limit: number
}

/** Deliveries, the latest first. */
export async function readLog({ warehouse, ws }: Scope, query: LogQuery): Promise<readonly Delivery[]> {
  const { sql, params } = toCondition(query.filter, LOG_KEYS)
  const ofIds = query.ids === undefined ? '' : ' AND id IN {ids:Array(UUID)}'
  return await warehouse.query(
    `SELECT ${DELIVERY_COLUMNS.join(', ')} FROM crm_deliveries_raw FINAL WHERE ws = {ws:UInt32}${sql}${ofIds}
     ORDER BY at DESC, delivery_id LIMIT {limit:UInt32}`,
    { row: deliveryRow, params: { ws, ids: query.ids ?? [], limit: query.limit, ...params } },
  )
}

/** Whose deliveries match: contacts and companies. Rows of a visit belong to the work of its person. */
export async function findDelivered({ warehouse, ws }: Scope, filter: Filter): Promise<readonly Subject[]> {
  const { sql, params } = toCondition(filter, LOG_KEYS)
  return await warehouse.query(
    `SELECT kind, id FROM crm_deliveries_raw FINAL WHERE ws = {ws:UInt32} AND kind IN ('contact', 'company')${sql}
     GROUP BY kind, id ORDER BY kind, id`,
    { row: z.object({ kind: z.enum(['contact', 'company']), id: z.string() }), params: { ws, ...params } },
  )
}

const parkedRow = z.object({
  kind: z.enum(['contact', 'company']),
  id: z.string(),
  signature: z.string(),
  code: z.string(),
  message: z.string(),
  since: z.string(),
})
export type ParkedRow = z.output<typeof parkedRow>

/** What is not wholly in Salesforce, and why. */
export const readParked = ({ warehouse, ws }: Scope): Promise<ParkedRow[]> =>
  warehouse.query(
    `SELECT kind, id, signature, code, message, since FROM crm_parked FINAL WHERE ws = {ws:UInt32} ORDER BY since`,
    { row: parkedRow, params: { ws } },
  )

/** A cell that a spreadsheet does not take for a formula. */
const toCell = (value: string | number): string => {
  const text = String(value)
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** RFC 4180, with a header. */
export const toCsv = (rows: readonly Delivery[]): string =>
  [DELIVERY_COLUMNS.join(','), ...rows.map((row) => Object.values(row).map(toCell).join(','))].join('\r\n')
