import { z } from 'zod'

const setValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.strictObject({ lower: z.string() }),
  z.strictObject({ copy: z.string() }),
  /** The field's own text with this at its end. */
  z.strictObject({ append: z.string() }),
])
export type SetValue = z.infer<typeof setValue>

/** A flow or trigger of the org, as data. */
export const automationSchema = z.strictObject({
  name: z.string(),
  object: z.string(),
  when: z.enum(['before', 'after']).default('before'),
  on: z.array(z.enum(['create', 'update'])).default(['create', 'update']),
  /** SOQL filter over the record as it would be saved. */
  if: z.string().optional(),
  /** Values it writes: in the same save `before`, in a save of its own `after`. */
  set: z.record(z.string(), setValue).default({}),
  /** Refuses the record with this text. */
  fail: z.string().optional(),
  /** With `fail`: only when more records than this are saved together; then all of them fail. */
  aboveRows: z.number().int().min(0).optional(),
  /** Field whose record is saved again afterwards, with nothing changed. */
  touchRelated: z.string().optional(),
  /** What it adds to the time of a save, which keeps its rows locked for as long. */
  delayMs: z.number().int().min(0).default(0),
  /** Id of the user it runs as; who saved when not given. */
  asUser: z.string().optional(),
})
export type AutomationRule = z.infer<typeof automationSchema>
