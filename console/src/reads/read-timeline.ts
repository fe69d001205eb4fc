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

/** As it stands in `identity_assignments` beside identifiers that are nobody's. */
const NOBODY = "toUUID('00000000-0000-0000-0000-000000000000')"

/** Identifiers of the leads, and those of nobody that were seen with them: their events fall through to the leads. */
const NODES = `nodes AS (
       SELECT node_id FROM lead_nodes FINAL WHERE ws = {ws:UInt32} AND lead_id IN {leadIds:Array(UUID)}
       UNION ALL SELECT arrayJoin({leadIds:Array(UUID)})),
     above AS (SELECT DISTINCT hi FROM identity_facts WHERE ws = {ws:UInt32} AND lo IN nodes),
     voids AS (SELECT node_id FROM identity_assignments FINAL
       WHERE ws = {ws:UInt32} AND node_id IN above AND lead_id = ${NOBODY} AND gone = 0)`

/**
 * Events of leads, the latest first. Reads all events of these leads' identifiers, whatever page is asked for, and of
 * others only the identifiers of nobody that were seen with them. An event that is not resolved yet belongs to its own
 * identifier.
 */
export const readTimeline = async (
  warehouse: Pick<Warehouse, 'query'>,
  { page, ...params }: TimelineFilter,
): Promise<Listing<EventRow>> =>
  await readPage(
    warehouse,
    `WITH ${NODES}
     SELECT ${EVENT_COLUMNS}, if(r.version = 0, e.node_id, r.lead_id) AS leadId
     FROM events_raw AS e FINAL
     LEFT ANY JOIN (SELECT node_id, d, message_id, lead_id, version FROM event_leads FINAL
                    WHERE ws = {ws:UInt32} AND (node_id IN nodes OR
                      node_id IN voids AND lead_id IN {leadIds:Array(UUID)})) AS r
       ON r.node_id = e.node_id AND r.d = e.d AND r.message_id = e.message_id
     WHERE e.ws = {ws:UInt32} AND (e.node_id IN nodes OR
         e.node_id IN voids AND (e.anon_node IN nodes OR e.mail_node IN nodes))
       AND leadId IN {leadIds:Array(UUID)}
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
