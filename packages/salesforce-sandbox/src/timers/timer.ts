import { z } from 'zod'

/** Something the org does by itself at a time of its clock. */
export const timerSchema = z.strictObject({
  atMs: z.number(),
  kind: z.enum(['commit', 'bulk']),
  /** Key of what it is about. */
  id: z.string(),
})
export type Timer = z.infer<typeof timerSchema>
