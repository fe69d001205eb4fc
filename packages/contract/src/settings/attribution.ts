import { z } from 'zod'

/** How visits are told apart by where they came from. */
export const attribution = z.strictObject({
  lookBackDays: z
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .describe('A direct visit counts for the latest other one within this time before it'),
  ownSites: z
    .array(z.string().regex(/^[a-z0-9.-]+$/))
    .default([])
    .describe('Further domains of one’s own: they refer nobody'),
})
