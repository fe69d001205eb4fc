import { z } from 'zod'
import { port, url } from './fields.ts'

/** The door for events. */
export const collector = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: port.default(4400),
  publicUrl: url.optional().describe('What pages are told, when it differs from host and port'),
  trustedProxies: z
    .int()
    .min(0)
    .default(0)
    .describe('Proxies in front; that many X-Forwarded-For entries are believed'),
  tagFile: z.string().optional().describe('The built tag that is served as /leadline.js'),
  address: z
    .enum(['keep', 'truncate', 'drop'])
    .default('truncate')
    .describe('What is kept of the client address'),
})
