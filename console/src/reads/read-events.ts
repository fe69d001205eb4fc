import type { Warehouse } from '@leadline/warehouse'
import { EVENT_COLUMNS, eventRow, type EventRow } from './event-columns.ts'
import { readPage, type Listing } from './paging.ts'

export interface EventFilter {
  readonly ws: number
  /** Part of an event's name, or a whole message id, user id or anonymous id; empty for all. */
  readonly text: string
  readonly page: number
}

/** Events as they came in, the last received first. */
export const readEvents = async (
  warehouse: Pick<Warehouse, 'query'>,
  { page, ...params }: EventFilter,
): Promise<Listing<EventRow>> =>
  await readPage(
    warehouse,
    `SELECT ${EVENT_COLUMNS}, lead_id AS leadId FROM events
     WHERE ws = {ws:UInt32} AND ({text:String} = '' OR message_id = {text:String} OR user_id = {text:String}
       OR anonymous_id = {text:String} OR positionCaseInsensitiveUTF8(event, {text:String}) > 0)
     ORDER BY received_at DESC, message_id`,
    { row: eventRow, page, params },
  )
