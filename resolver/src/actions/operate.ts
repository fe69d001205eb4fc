import { toDateTime, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { Workspace } from '../workspaces.ts'
import { deliveryRow, findSince, writeDeliveries } from './delivery-rows.ts'
import { toTargetKey, writeGoneTarget } from './gone-targets.ts'

/** What an operator may choose by. */
export const LOG_KEYS = ['rule', 'action', 'state', 'lead', 'delivery'] as const
export type LogFilter = Readonly<Partial<Record<(typeof LOG_KEYS)[number], string>>>

const CONDITIONS: Readonly<Record<(typeof LOG_KEYS)[number], string>> = {
  rule: 'rule = {rule:String}',
  action: 'action = {action:String}',
  state: 'state = {state:String}',
  lead: 'toString(lead_id) = {lead:String}',
  delivery: 'toString(delivery_id) = {delivery:String}',
}

const toCondition = (filter: LogFilter): string =>
  [
    'ws = {ws:UInt32}',
    ...LOG_KEYS.filter((key) => filter[key] !== undefined).map((key) => CONDITIONS[key]),
  ].join(' AND ')

const logRow = z.object({
  delivery_id: z.string(),
  at: z.string(),
  created_at: z.string(),
  rule: z.string(),
  action: z.string(),
  lead_id: z.string(),
  stage: z.string(),
  state: z.string(),
  attempts: z.number(),
  next_at: z.string(),
  status: z.number(),
  error: z.string(),
  latency_ms: z.number(),
})
/** A line of the log: without the message. */
export type ActionLogLine = z.output<typeof logRow>

/** What rules did, the latest first. Reads all firings of the workspace. */
export const readActionLog = (
  warehouse: Warehouse,
  ws: number,
  { filter, limit }: { readonly filter: LogFilter; readonly limit: number },
): Promise<readonly ActionLogLine[]> =>
  warehouse.query(
    `SELECT ${Object.keys(logRow.shape).join(', ')} FROM action_deliveries
     WHERE ${toCondition(filter)} ORDER BY created_at DESC, delivery_id LIMIT {limit:UInt32}`,
    { row: logRow, params: { ws, limit, ...filter } },
  )

/**
 * Makes due again what waits for a person, from its first try on, and lets messages go to receivers that said they were
 * gone. How many. What fired with an event older than 30 days, beyond `maxAgeHours`, stays as it is.
 */
export async function retryDeliveries(
  warehouse: Warehouse,
  workspace: Workspace,
  { filter, nowMs }: { readonly filter: LogFilter; readonly nowMs: number },
): Promise<number> {
  const ws = workspace.id
  const parked = await warehouse.query(
    `SELECT ${Object.keys(deliveryRow.shape).join(', ')} FROM action_deliveries_raw FINAL
     WHERE ${toCondition({ ...filter, state: 'parked' })} AND at >= {since:DateTime64(3, 'UTC')}`,
    {
      row: deliveryRow,
      params: { ...filter, state: 'parked', ws, since: findSince(workspace, nowMs) },
    },
  )
  for (const key of new Set(parked.map(toTargetKey)))
    await writeGoneTarget(warehouse, ws, { key, fingerprint: '', nowMs })
  await writeDeliveries(
    warehouse,
    parked.map((delivery) => ({ ...delivery, state: 'due', attempts: 0, next_at: toDateTime(nowMs) })),
    nowMs,
  )
  return parked.length
}
