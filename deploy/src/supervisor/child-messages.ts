import type { ChildMessage } from '@leadline/runtime'
import { z } from 'zod'

const schema: z.ZodType<ChildMessage> = z.discriminatedUnion('type', [
  z
    .object({ type: z.literal('ready'), url: z.string().optional() })
    .transform(({ type, url }) => ({ type, url })),
  z.object({
    type: z.literal('report'),
    id: z.number(),
    report: z.object({
      idle: z.boolean(),
      steps: z.record(z.string(), z.number()),
      problems: z.array(z.string()).optional(),
    }),
  }),
  z.object({ type: z.literal('failed'), message: z.string() }),
  z.object({ type: z.literal('log'), line: z.string() }),
])

/** What a child says over its channel; undefined for anything else that comes that way. */
export const parseChildMessage = (message: unknown): ChildMessage | undefined =>
  schema.safeParse(message).data
