import { fromDateTime, type Warehouse } from '@leadline/warehouse'
import type { Workspace } from '../workspaces.ts'
import { deliveryRow, findSince, type Delivery } from './delivery-rows.ts'

/**
 * Deliveries of these leads. A reconciler that slept while another took over may write, late, that a rule fires which
 * fired with another event meanwhile: both firings stand, and only one may act.
 */
export const readOfLeads = async (
  warehouse: Warehouse,
  workspace: Workspace,
  { leads, nowMs }: { readonly leads: readonly string[]; readonly nowMs: number },
): Promise<readonly Delivery[]> =>
  leads.length === 0
    ? []
    : await warehouse.query(
        `SELECT ${Object.keys(deliveryRow.shape).join(', ')} FROM action_deliveries_raw FINAL
         WHERE ws = {ws:UInt32} AND at >= {since:DateTime64(3, 'UTC')} AND lead_id IN {leads:Array(UUID)}
           AND state IN ('due', 'done', 'parked')`,
        { row: deliveryRow, params: { ws: workspace.id, leads, since: findSince(workspace, nowMs) } },
      )

export interface Rivalry {
  readonly others: readonly Delivery[]
  /** After this time the rule may fire again, in ms. */
  readonly againMs: number
  /** Whether the rule fired with that event. */
  readonly isFired: (delivery: Delivery) => boolean
}

/** Whether the same was done, or is to be done, for this lead by another firing. Of two fresh ones the later written acts. */
export const isOutdone = (delivery: Delivery, { others, againMs, isFired }: Rivalry): boolean =>
  others.some(
    (other) =>
      other.delivery_id !== delivery.delivery_id &&
      other.lead_id === delivery.lead_id &&
      other.rule === delivery.rule &&
      other.action === delivery.action &&
      Math.abs(fromDateTime(other.at) - fromDateTime(delivery.at)) < againMs &&
      (isBegun(other) || (isFired(other) && isLater(other, delivery))),
  )

/** Its message was made. */
export const isBegun = ({ state, message }: Delivery): boolean => state !== 'due' || message !== ''

function isLater(one: Delivery, other: Delivery): boolean {
  const [a, b] = [BigInt(one.version), BigInt(other.version)]
  return a > b || (a === b && one.delivery_id < other.delivery_id)
}
