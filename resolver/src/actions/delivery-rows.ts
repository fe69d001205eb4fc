import { toDateTime, type ActionDeliveriesRow, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { Workspace } from '../workspaces.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Longer than all tries take together, and what a person has to look into the rest. */
const TRIES_MS = 30 * DAY_MS

/** What fired with an event before this is not looked at any more. */
export const findSince = ({ settings }: Workspace, nowMs: number): string =>
  toDateTime(nowMs - TRIES_MS - settings.qualification.actions.maxAgeHours * HOUR_MS)

const int = z.number()
const text = z.string()

export const deliveryRow = z.object({
  ws: int,
  at: text,
  delivery_id: text,
  node_id: text,
  message_id: text,
  rule: text,
  action: text,
  lead_id: text,
  stage: text,
  state: z.enum(['due', 'done', 'parked', 'skipped', 'dropped']),
  created_at: text,
  next_at: text,
  attempts: int,
  status: int,
  error: text,
  latency_ms: int,
  message: text,
  version: text,
}) satisfies z.ZodType<ActionDeliveriesRow>

/** A delivery as it stands. */
export type Delivery = ActionDeliveriesRow

const COLUMNS = Object.keys(deliveryRow.shape).join(', ')

/** How many of one rule and action are taken at once, so that nobody waits behind a receiver that is slow. */
const PER_TARGET = 20

/** What is due now, the longest due first. Whether its rule has fired is not known yet. */
export const readDue = (
  warehouse: Warehouse,
  workspace: Workspace,
  nowMs: number,
): Promise<readonly Delivery[]> =>
  warehouse.query(
    `SELECT ${COLUMNS} FROM action_deliveries_raw FINAL
     WHERE ws = {ws:UInt32} AND at >= {since:DateTime64(3, 'UTC')} AND state = 'due'
       AND next_at <= {now:DateTime64(3, 'UTC')}
     ORDER BY next_at, delivery_id LIMIT ${PER_TARGET} BY rule, action`,
    {
      row: deliveryRow,
      params: { ws: workspace.id, now: toDateTime(nowMs), since: findSince(workspace, nowMs) },
    },
  )

const parkedRow = z.object({ rule: text, action: text, count: z.coerce.number(), last_error: text })
export type ParkedTarget = z.output<typeof parkedRow>

/** What waits for a person, by rule and action, with why the latest does. */
export const readParkedTargets = (
  warehouse: Warehouse,
  workspace: Workspace,
  nowMs: number,
): Promise<readonly ParkedTarget[]> =>
  warehouse.query(
    `SELECT rule, action, count() AS count, argMax(error, version) AS last_error
     FROM action_deliveries_raw FINAL
     WHERE ws = {ws:UInt32} AND at >= {since:DateTime64(3, 'UTC')} AND state = 'parked'
     GROUP BY rule, action ORDER BY rule, action`,
    { row: parkedRow, params: { ws: workspace.id, since: findSince(workspace, nowMs) } },
  )

/** Writes deliveries over what stood there. */
export const writeDeliveries = (
  warehouse: Warehouse,
  deliveries: readonly Delivery[],
  nowMs: number,
): Promise<void> =>
  warehouse.insert(
    'action_deliveries_raw',
    deliveries.map((delivery) => ({ ...delivery, version: toNextVersion(delivery.version, nowMs) })),
  )

/** As the reconciler's: milliseconds with room for others in each, and always more than what is stored. */
function toNextVersion(stored: string, nowMs: number): string {
  const now = BigInt(nowMs) << 20n
  const next = BigInt(stored) + 1n
  return (now > next ? now : next).toString()
}
