import { z } from 'zod'
import { EVENT_TYPES } from '../wire.ts'

/** Which events a rule speaks of. All that is given must fit; nothing given fits every event. */
export const eventMatch = z.strictObject({
  type: z.enum(EVENT_TYPES).optional().describe('Kind of call'),
  event: z.string().min(1).optional().describe('Name of a track event, exactly'),
  page: z
    .string()
    .min(1)
    .optional()
    .describe('Path of a page view, or its address with https://; * stands for anything'),
})

export const ruleName = z.string().regex(/^[\w .:-]{1,64}$/)
