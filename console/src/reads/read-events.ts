import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { LeadKey } from './read-lead.ts'
import { readPage, type Listing } from './paging.ts'

const eventRow = z.object({
  ts: z.string(),
  receivedAt: z.string(),
  messageId: z.string(),
  type: z.string(),
  what: z.string(),
  url: z.string(),
  source: z.string(),
  leadId: z.string(),
  properties: z.string(),
})
export type EventRow = z.output<typeof eventRow>

/** The url is that of the page, wherever the sender put it. */
const COLUMNS = `ts, received_at AS receivedAt, message_id AS messageId, type,
  multiIf(event != '', event, name != '', name, type = 'group', group_id, user_id) AS what,
  if(JSONExtractString(properties, 'url') != '', JSONExtractString(properties, 'url'),
     JSONExtractString(context, 'page', 'url')) AS url,
  source, lead_id AS leadId, if(properties IN ('', '{}'), traits, properties) AS properties`

/** Most events on the page of one lead. */
const MAX_TIMELINE = 200

/** Events of one lead, the latest first. The identifiers narrow what the view has to join. */
export const readTimeline = async (warehouse: Pick<Warehouse, 'query'>, key: LeadKey): Promise<EventRow[]> =>
  await warehouse.query(
    `SELECT ${COLUMNS} FROM events
     WHERE ws = {ws:UInt32} AND lead_id = {leadId:UUID} AND node_id IN (
       SELECT node_id FROM lead_nodes FINAL WHERE ws = {ws:UInt32} AND lead_id = {leadId:UUID}
       UNION ALL SELECT {leadId:UUID})
     ORDER BY ts DESC, message_id LIMIT ${MAX_TIMELINE}`,
    { row: eventRow, params: { ...key } },
  )

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
    `SELECT ${COLUMNS} FROM events
     WHERE ws = {ws:UInt32} AND ({text:String} = '' OR message_id = {text:String} OR user_id = {text:String}
       OR anonymous_id = {text:String} OR positionCaseInsensitiveUTF8(event, {text:String}) > 0)
     ORDER BY received_at DESC, message_id`,
    { row: eventRow, page, params },
  )
