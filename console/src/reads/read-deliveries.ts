import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { readPage, type Listing } from './paging.ts'

const deliveryRow = z.object({
  at: z.string(),
  direction: z.string(),
  kind: z.string(),
  id: z.string(),
  object: z.string(),
  operation: z.string(),
  crmId: z.string(),
  reason: z.string(),
  fields: z.string(),
  outcome: z.string(),
  code: z.string(),
  message: z.string(),
  attempt: z.number(),
  latencyMs: z.number(),
})
export type DeliveryRow = z.output<typeof deliveryRow>

export interface DeliveryFilter {
  readonly ws: number
  readonly outcome: string
  readonly kind: string
  /** Part of a reason, code or message, or a whole record id; empty for all. */
  readonly text: string
  /** Ids of ours that a delivery must be about; undefined for all. */
  readonly ids: readonly string[] | undefined
  readonly page: number
}

/** What was sent to the CRM or taken over from it, the latest first. */
export async function readDeliveries(
  warehouse: Pick<Warehouse, 'query'>,
  { page, ids, ...params }: DeliveryFilter,
): Promise<Listing<DeliveryRow>> {
  const about = ids === undefined ? '' : 'AND id IN {ids:Array(UUID)}'
  return await readPage(
    warehouse,
    `SELECT at, direction, kind, id, object, operation, crm_id AS crmId, reason, fields, outcome, code, message, attempt,
            latency_ms AS latencyMs
     FROM crm_deliveries
     WHERE ws = {ws:UInt32} ${about} AND ({outcome:String} = '' OR outcome = {outcome:String})
       AND ({kind:String} = '' OR toString(kind) = {kind:String})
       AND ({text:String} = '' OR crm_id = {text:String} OR toString(id) = {text:String}
         OR positionCaseInsensitiveUTF8(reason, {text:String}) > 0 OR positionCaseInsensitiveUTF8(code, {text:String}) > 0
         OR positionCaseInsensitiveUTF8(message, {text:String}) > 0)
     ORDER BY at DESC, delivery_id`,
    { row: deliveryRow, page, params: ids === undefined ? params : { ...params, ids } },
  )
}
