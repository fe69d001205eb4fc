import { z } from 'zod'

export const eventRow = z.object({
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

/** All but whose it is. The url is that of the page, wherever the sender put it. */
export const EVENT_COLUMNS = `ts, received_at AS receivedAt, message_id AS messageId, type,
  multiIf(event != '', event, name != '', name, type = 'group', group_id,
    type = 'page' AND JSONExtractString(properties, 'title') != '', JSONExtractString(properties, 'title'),
    type = 'page', JSONExtractString(context, 'page', 'title'), type = 'screen', '', user_id) AS what,
  if(JSONExtractString(properties, 'url') != '', JSONExtractString(properties, 'url'),
     JSONExtractString(context, 'page', 'url')) AS url,
  source, if(properties IN ('', '{}'), traits, properties) AS properties`
