import { z } from 'zod'
import { attribution } from './attribution.ts'
import { companies } from './companies.ts'
import { identity } from './identity.ts'
import { secretKey, writeKey } from './keys.ts'
import { qualification } from './qualification.ts'
import { salesforce } from './salesforce.ts'
import { score } from './score.ts'

/** One customer: its keys, its rules, its CRM. */
export const workspace = z.strictObject({
  id: z.int().min(0).max(0xffffffff).default(1),
  slug: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .default('default'),
  identityKey: z
    .string()
    .min(16)
    .describe('Secret; ids are keyed hashes with it. Never change it once data exists'),
  writeKeys: z.array(writeKey).min(1),
  secretKeys: z.array(secretKey).default([]),
  sessionTimeoutMinutes: z.int().min(1).default(30),
  identity: identity.prefault({}),
  companies: companies.prefault({}),
  attribution: attribution.prefault({}),
  score: score.prefault({}),
  qualification: qualification.prefault({}),
  crm: salesforce.optional(),
})
