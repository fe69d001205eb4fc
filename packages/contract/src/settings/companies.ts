import { z } from 'zod'

/** Which mail domains stand for a company. */
export const companies = z.strictObject({
  freeMail: z
    .array(z.string())
    .default([])
    .describe('Further mail domains that belong to nobody in particular'),
  notFreeMail: z.array(z.string()).default([]).describe('Listed free-mail domains that are a company here'),
})
