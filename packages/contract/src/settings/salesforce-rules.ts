import { z } from 'zod'

const scalar = z.union([z.string(), z.number(), z.boolean()])

/** One condition over a source of the mapping. All that are given must hold. */
export const condition = z.strictObject({
  from: z
    .string()
    .regex(/^(person|lead|company)\.\w+(\.[\w$ -]+)*$/)
    .describe('As in the mapping'),
  in: z.array(scalar).optional().describe('Is one of these; letters count alike whatever their case'),
  notIn: z.array(scalar).optional().describe('Is none of these'),
  min: z.number().optional().describe('At least'),
  max: z.number().optional().describe('At most'),
  empty: z.boolean().optional().describe('true: must be empty; false: must not be'),
})

const verbs = z.strictObject({
  create: z.boolean().default(true),
  update: z.boolean().default(true),
  delete: z.boolean().default(false).describe('Whether an erased person or company is deleted here too'),
})

export const objects = z.strictObject({
  lead: verbs.prefault({}),
  contact: verbs.prefault({}),
  account: verbs.prefault({}),
})

/** Which people and companies may enter Salesforce. What is linked already is kept in step. */
export const only = z.strictObject({
  stages: z.array(z.string()).default([]).describe('Leads in one of these stages; empty for any'),
  where: z.array(condition).default([]).describe('Leads for which all of these hold'),
})

export const match = z.strictObject({
  people: z
    .array(z.enum(['external_id', 'email']))
    .min(1)
    .default(['external_id', 'email'])
    .describe('How a person without a link is looked for, in this order'),
  companies: z
    .array(z.enum(['external_id', 'domain']))
    .min(1)
    .default(['external_id', 'domain'])
    .describe('How a company without a link is looked for, in this order'),
  prefer: z
    .enum(['nothing', 'contact', 'lead'])
    .default('nothing')
    .describe('Which one is meant when a Lead and a Contact share the mail; nothing: a person decides'),
})

export const owners = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        where: z.array(condition).default([]),
        to: z
          .union([z.string(), z.array(z.string()).min(1)])
          .optional()
          .describe('Mail or user name, or name of a queue; of several the person decides which, evenly'),
        from: z
          .string()
          .optional()
          .describe('Source that holds the mail of the owner, e.g. lead.traits.ownerEmail'),
      }),
    )
    .default([])
    .describe('For new records, the first rule that holds and names an active owner'),
  fallback: z.string().optional().describe('Owner of new records that no rule gives away'),
  assignmentRules: z
    .boolean()
    .default(true)
    .describe("Salesforce's own assignment rules for new Leads without an owner of ours; never for updates"),
})

export const timeline = z.strictObject({
  as: z
    .enum(['activity', 'task', 'none'])
    .default('activity')
    .describe('New rows are records of our object, or standard Tasks, or there are none'),
  per: z
    .enum(['session', 'day'])
    .default('session')
    .describe('One row for each session, or for each person and day (UTC); rows that stand stay as they are'),
  maxPerDay: z
    .int()
    .min(1)
    .default(50)
    .describe('Rows of one person and day (UTC); further sessions get none'),
  minEvents: z.int().min(1).default(1).describe('Sessions, or days, with fewer events get no row'),
  stopAtStoragePercent: z
    .number()
    .positive()
    .max(100)
    .default(90)
    .describe(
      "When so much of the org's data storage is used, by anybody, no more rows are made until there is room",
    ),
})
