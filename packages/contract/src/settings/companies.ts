import { z } from 'zod'

const companyKey = z.string().regex(/^(?:group|domain):.+$/)

/** Which mail domains stand for a company. */
export const companies = z.strictObject({
  freeMail: z
    .array(z.string())
    .default([])
    .describe('Further mail domains that belong to nobody in particular'),
  parents: z
    .record(companyKey, companyKey)
    .default({})
    .describe('Parent of a company, by key: group:ID or domain:NAME'),
  notFreeMail: z.array(z.string()).default([]).describe('Listed free-mail domains that are a company here'),
})
