import { z } from 'zod'
import type { Scope } from '../state/load-round.ts'

/** What was made for a person beside its record and timeline: memberships, and parts in Opportunities. */
export interface Attached {
  /** Salesforce ids that the person's record ever had. */
  readonly recordIds: readonly string[]
  readonly ids: readonly string[]
  readonly crmIds: readonly string[]
}

const recordRow = z.object({ crm_id: z.string() })
const madeRow = z.object({ external_id: z.string(), crm_id: z.string() })

export async function findAttached(
  { warehouse, ws }: Scope,
  { id, crmId }: { readonly id: string; readonly crmId: string },
): Promise<Attached> {
  const records = await warehouse.query(
    `SELECT DISTINCT crm_id FROM crm_deliveries_raw
     WHERE ws = {ws:UInt32} AND kind = 'contact' AND id = {id:UUID} AND crm_id != ''`,
    { row: recordRow, params: { ws, id } },
  )
  const recordIds = [...new Set([crmId, ...records.map(({ crm_id }) => crm_id)])]
  const made = await warehouse.query(
    `SELECT external_id, crm_id FROM crm_shadow FINAL
     WHERE ws = {ws:UInt32} AND object IN ('CampaignMember', 'OpportunityContactRole')
       AND (JSONExtractString(fields, 'LeadId') IN {recordIds:Array(String)}
         OR JSONExtractString(fields, 'ContactId') IN {recordIds:Array(String)})`,
    { row: madeRow, params: { ws, recordIds } },
  )
  return {
    recordIds,
    ids: made.map(({ external_id }) => external_id),
    crmIds: made.map(({ crm_id }) => crm_id),
  }
}
