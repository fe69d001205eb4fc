import { z } from 'zod'
import { url } from './fields.ts'
import { api, auth } from './salesforce-connection.ts'
import { fieldMapping } from './salesforce-mapping.ts'
import { campaigns, opportunities } from './salesforce-objects.ts'
import { match, objects, only, owners, timeline } from './salesforce-rules.ts'

/** One connection to a Salesforce org, and what may enter it. */
export const salesforce = z
  .strictObject({
    kind: z.literal('salesforce'),
    loginUrl: url.describe('My Domain address of the org, e.g. https://acme.my.salesforce.com'),
    auth: auth
      .optional()
      .describe('How we log in; clientId and clientSecret beside it are client credentials'),
    clientId: z.string().min(1).optional(),
    clientSecret: z.string().min(1).optional(),
    apiVersion: z
      .string()
      .regex(/^\d{2}\.0$/)
      .default('62.0'),
    api: api.prefault({}).describe('How many calls we may make'),
    allowLoopback: z.boolean().default(false).describe('Accept a simulated org on this machine'),
    create: z
      .enum(['both', 'leads', 'companies', 'manual'])
      .default('both')
      .describe('What is made by itself; manual: only what `salesforce push` names'),
    createPeopleAs: z
      .enum(['lead', 'contact', 'lead_unless_account'])
      .default('lead')
      .describe('lead_unless_account: a Contact where the company has an Account, else a Lead'),
    objects: objects.prefault({}).describe('What may be done to each object'),
    only: only.prefault({}).describe('Who may enter Salesforce'),
    match: match.prefault({}).describe('How records that exist are recognised'),
    fields: z.array(fieldMapping).default([]).describe('The mapping, beyond and instead of the shipped one'),
    owners: owners.prefault({}).describe('Who owns what we make'),
    timeline: timeline.prefault({}).describe('What reps see of visits'),
    opportunities: opportunities.prefault({}).describe('What is known of deals'),
    campaigns: campaigns.prefault({}).describe('Who becomes a member of which Campaign'),
    onErase: z
      .enum(['unlink', 'delete', 'keep'])
      .default('unlink')
      .describe(
        'Of an erased person. unlink: the record stays without our fields and timeline; delete: it goes too; keep: as it is',
      ),
    holdDownMs: z.int().min(0).default(1000).describe('Quiet time after an identity change before a push'),
    maxHoldMs: z.int().min(0).default(3000).describe('Longest wait before a push'),
    refreshMs: z
      .int()
      .min(1000)
      .default(60_000)
      .describe('How often the row of an open session is refreshed'),
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
  .refine(({ auth, clientId, clientSecret }) => auth ?? (clientId && clientSecret), {
    error: 'set auth, or clientId and clientSecret',
    path: ['auth'],
  })
