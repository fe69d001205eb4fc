import type { Warehouse } from '@leadline/warehouse'
import { EVENT_COLUMNS, eventRow, type EventRow } from './event-columns.ts'
import { readLimited, type Listing } from './paging.ts'

export interface EventFilter {
  readonly ws: number
  /** Part of an event's name, or a whole message id, user id or anonymous id; empty for all. */
  readonly text: string
  readonly page: number
}

/**
 * Events as they came in, the last received first. Which ones these are is found by few columns of all events; whose they
 * are and what they say is read of these alone. An event that is not resolved yet belongs to its own identifier.
 */
export const readEvents = async (
  warehouse: Pick<Warehouse, 'query'>,
  { page, ...params }: EventFilter,
): Promise<Listing<EventRow>> =>
  await readLimited(
    warehouse,
    (limits) => `WITH shown AS (
       SELECT node_id, d, message_id FROM events_raw FINAL
       WHERE ws = {ws:UInt32} AND ({text:String} = '' OR message_id = {text:String} OR user_id = {text:String}
         OR anonymous_id = {text:String} OR positionCaseInsensitiveUTF8(event, {text:String}) > 0)
       ORDER BY received_at DESC, message_id ${limits})
     SELECT ${EVENT_COLUMNS}, if(r.version = 0, e.node_id, r.lead_id) AS leadId
     FROM events_raw AS e FINAL
     LEFT ANY JOIN (SELECT node_id, d, message_id, lead_id, version FROM event_leads FINAL
                    WHERE ws = {ws:UInt32} AND (node_id, d, message_id) IN shown) AS r
       ON r.node_id = e.node_id AND r.d = e.d AND r.message_id = e.message_id
     WHERE e.ws = {ws:UInt32} AND (e.node_id, e.d, e.message_id) IN shown
     ORDER BY receivedAt DESC, messageId`,
    { row: eventRow, page, params },
  )
