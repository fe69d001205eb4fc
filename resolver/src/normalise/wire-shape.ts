import { EVENT_TYPES } from '@leadline/contract'
import { z } from 'zod'

/**
 * An event as it lies in the log. The collector has refused malformed ones; here a field of a wrong type counts
 * as absent, so that whatever was once acknowledged can be stored.
 */
const text = z.string().optional().catch(undefined)
const identifier = z.union([z.string(), z.number()]).optional().catch(undefined)
const object = z.record(z.string(), z.unknown()).optional().catch(undefined)

export const storedEventSchema = z.object({
  type: z.enum(EVENT_TYPES),
  messageId: text,
  anonymousId: identifier,
  userId: identifier,
  previousId: identifier,
  groupId: identifier,
  timestamp: text,
  originalTimestamp: text,
  sentAt: text,
  channel: text,
  event: text,
  name: text,
  category: text,
  properties: object,
  traits: object,
  context: object,
  integrations: object,
})

export type StoredEvent = z.output<typeof storedEventSchema>
