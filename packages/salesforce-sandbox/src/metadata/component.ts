import { z } from 'zod'

/** One piece of metadata as its XML says it, every value as text. */
export const componentSchema = z.object({
  type: z.string(),
  /** `Lead.Leadline_Id__c` */
  fullName: z.string(),
  body: z.record(z.string(), z.unknown()).readonly(),
  /** File it came from; null for what was made in the org. */
  origin: z.string().nullable(),
  isRemoved: z.boolean().default(false),
})
export type Component = z.infer<typeof componentSchema>
