import { z } from 'zod'
import { url } from './fields.ts'

/** One connection to a Salesforce org, and what may enter it. */
export const salesforce = z.strictObject({
  kind: z.literal('salesforce'),
  loginUrl: url.describe('My Domain address of the org, e.g. https://acme.my.salesforce.com'),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  apiVersion: z
    .string()
    .regex(/^\d{2}\.0$/)
    .default('62.0'),
  allowLoopback: z.boolean().default(false).describe('Accept a simulated org on this machine'),
  create: z.enum(['both', 'leads', 'companies', 'manual']).default('both'),
  holdDownMs: z.int().min(0).default(1000).describe('Quiet time after an identity change before a push'),
  maxHoldMs: z.int().min(0).default(3000).describe('Longest wait before a push'),
  refreshMs: z.int().min(1000).default(60_000).describe('How often the row of an open session is refreshed'),
  pollMs: z
    .int()
    .min(200)
    .default(30_000)
    .describe('How often changes are read from Salesforce; each time costs two or three API calls'),
  pollOverlapMs: z
    .int()
    .min(0)
    .default(600_000)
    .describe('How far each poll looks back: rows may commit late'),
})
