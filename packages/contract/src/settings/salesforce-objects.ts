import { z } from 'zod'

/** Opportunities of the companies and people that are linked. */
export const opportunities = z.strictObject({
  read: z.boolean().default(true).describe('Whether they are read back, with stage, amount and close date'),
  pollMs: z
    .int()
    .min(200)
    .default(60_000)
    .describe('How often changes of them are read; each time costs one API call, or two'),
})
