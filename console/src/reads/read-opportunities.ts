import { NIL_UUID, type Warehouse } from '@leadline/warehouse'
import { z } from 'zod'

const opportunityRow = z.object({
  opportunityId: z.string(),
  name: z.string(),
  stage: z.string(),
  amount: z.number().nullable(),
  currency: z.string(),
  closeDate: z.string().nullable(),
  isWon: z.number(),
  isClosed: z.number(),
  changedAt: z.string(),
})
export type OpportunityRow = z.output<typeof opportunityRow>

const MAX = 100

/** Opportunities of a company, and of a contact; the nil id stands for none of them. Open ones first. */
export const readOpportunities = (
  warehouse: Pick<Warehouse, 'query'>,
  of: { readonly ws: number; readonly companyId: string; readonly contactId: string },
): Promise<OpportunityRow[]> =>
  warehouse.query(
    `SELECT opportunity_id AS opportunityId, name, stage, amount, currency, close_date AS closeDate, is_won AS isWon,
            is_closed AS isClosed, changed_at AS changedAt
     FROM opportunities
     WHERE ws = {ws:UInt32} AND (has(contact_ids, {contactId:UUID})
       OR ({companyId:UUID} != {nil:UUID} AND company_id = {companyId:UUID}))
     ORDER BY is_closed, changed_at DESC, opportunity_id LIMIT {max:UInt32}`,
    { row: opportunityRow, params: { ...of, nil: NIL_UUID, max: MAX } },
  )

const wonRow = z.object({
  channel: z.string(),
  currency: z.string(),
  deals: z.coerce.number(),
  amount: z.number().nullable(),
})
export type WonRow = z.output<typeof wonRow>

/**
 * What was won since a time, by the channel that first brought one of its contacts, else one of its company. Amounts of
 * different currencies are not added up.
 */
export const readWonByChannel = (
  warehouse: Pick<Warehouse, 'query'>,
  span: { readonly ws: number; readonly fromMs: number },
): Promise<WonRow[]> =>
  warehouse.query(
    `WITH won AS (
       SELECT opportunity_id, amount, currency, company_id,
              arrayJoin(if(empty(contact_ids), [{nil:UUID}], contact_ids)) AS contact_id
       FROM opportunities
       WHERE ws = {ws:UInt32} AND is_won = 1 AND changed_at >= fromUnixTimestamp64Milli({fromMs:Int64})
     ), sourced AS (
       SELECT w.opportunity_id AS opportunity_id, any(w.amount) AS amount, any(w.currency) AS currency,
              argMinIf(l.channel, l.seen, l.channel != '') AS of_contact, any(c.channel) AS of_company
       FROM won AS w
       LEFT JOIN (
         SELECT contact_id, argMin(first_channel, first_seen) AS channel, min(first_seen) AS seen
         FROM leads WHERE ws = {ws:UInt32} AND first_channel != '' GROUP BY contact_id
       ) AS l ON l.contact_id = w.contact_id
       LEFT JOIN (
         SELECT company_id, JSONExtractString(first_touch, 'channel') AS channel FROM companies WHERE ws = {ws:UInt32}
       ) AS c ON c.company_id = w.company_id
       GROUP BY w.opportunity_id
     )
     SELECT multiIf(of_contact != '', of_contact, of_company != '', of_company, 'unknown') AS channel, currency,
            count() AS deals, sum(amount) AS amount
     FROM sourced GROUP BY channel, currency ORDER BY amount DESC, channel`,
    { row: wonRow, params: { ...span, nil: NIL_UUID } },
  )
