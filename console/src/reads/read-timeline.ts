import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import { EVENT_COLUMNS, eventRow, type EventRow } from './event-columns.ts'
import { readPage, type Listing } from './paging.ts'

export interface TimelineFilter {
  readonly ws: number
  readonly leadIds: readonly string[]
  /** Kind of call; empty for all. */
  readonly type: string
  /** Part of an event's or page's name; empty for all. */
  readonly text: string
  readonly page: number
}

/**
 * Events of leads, the latest first. Reads all events of these leads' identifiers, whatever page is asked for, and none
 * of others. An event that is not resolved yet belongs to its own identifier.
 */
export const readTimeline = async (
  warehouse: Pick<Warehouse, 'query'>,
  { page, ...params }: TimelineFilter,
): Promise<Listing<EventRow>> =>
  await readPage(
    warehouse,
    `WITH nodes AS (
       SELECT node_id FROM lead_nodes FINAL WHERE ws = {ws:UInt32} AND lead_id IN {leadIds:Array(UUID)}
       UNION ALL SELECT arrayJoin({leadIds:Array(UUID)}))
     SELECT ${EVENT_COLUMNS}, if(r.version = 0, e.node_id, r.lead_id) AS leadId
     FROM events_raw AS e FINAL
     LEFT ANY JOIN (SELECT node_id, d, message_id, lead_id, version FROM event_leads FINAL
                    WHERE ws = {ws:UInt32} AND node_id IN nodes) AS r
       ON r.node_id = e.node_id AND r.d = e.d AND r.message_id = e.message_id
     WHERE e.ws = {ws:UInt32} AND e.node_id IN nodes AND leadId IN {leadIds:Array(UUID)}
       AND ({type:String} = '' OR toString(e.type) = {type:String})
       AND ({text:String} = '' OR positionCaseInsensitiveUTF8(e.event, {text:String}) > 0
         OR positionCaseInsensitiveUTF8(e.name, {text:String}) > 0)
     ORDER BY ts DESC, messageId`,
    { row: eventRow, page, params },
  )

const leadRow = z.object({ leadId: z.string() })

/** Most leads of a company whose events make its timeline: those last seen. */
const MAX_LEADS = 500

/** Reads the rows of the company's own leads. */
export async function readLeadsOfCompany(
  warehouse: Pick<Warehouse, 'query'>,
  key: { readonly ws: number; readonly companyId: string },
): Promise<readonly string[]> {
  const rows = await warehouse.query(
    `SELECT lead_id AS leadId FROM company_leads FINAL
     WHERE ws = {ws:UInt32} AND company_id = {companyId:UUID} AND is_own = 1
     ORDER BY last_seen DESC, lead_id LIMIT ${MAX_LEADS}`,
    { row: leadRow, params: { ...key } },
  )
  return rows.map(({ leadId }) => leadId)
}
