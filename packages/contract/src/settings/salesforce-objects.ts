import { z } from 'zod'
import { ruleName } from './event-match.ts'
import { condition } from './salesforce-rules.ts'

const opportunityRule = z
  .strictObject({
    name: ruleName.describe('Each Account gets one Opportunity by this rule, ever'),
    stages: z.array(z.string()).default([]).describe('Leads in one of these stages; empty for any'),
    where: z.array(condition).default([]).describe('Leads for which all of these hold'),
    named: z
      .string()
      .min(1)
      .default('{company.label}')
      .describe('Its name, with sources of the mapping in braces'),
    stageName: z.string().min(1).default('Prospecting').describe('Its first stage in Salesforce'),
    closeInDays: z.int().min(0).max(3650).default(90).describe('From the day it is made to its close date'),
    role: z.string().min(1).optional().describe('Part of the person in it, where the person is a Contact'),
  })
  .refine(({ stages, where }) => stages.length + where.length > 0, {
    message: 'needs one of stages and where',
  })

/** Opportunities of the companies and people that are linked. */
export const opportunities = z.strictObject({
  read: z.boolean().default(true).describe('Whether they are read back, with stage, amount and close date'),
  pollMs: z
    .int()
    .min(200)
    .default(60_000)
    .describe('How often changes of them are read; each time costs one API call, or two'),
  create: z
    .array(opportunityRule)
    .refine((rules) => new Set(rules.map(({ name }) => name)).size === rules.length, 'names that differ')
    .default([])
    .describe('When one is made for an Account that has none open'),
})

const campaignRule = z
  .strictObject({
    stages: z.array(z.string()).default([]).describe('Leads in one of these stages; empty for any'),
    where: z.array(condition).default([]).describe('Leads for which all of these hold'),
    campaign: z.string().min(1).describe('Name or id of the Campaign'),
    status: z.string().min(1).optional().describe('Status of the new member, instead of the one below'),
  })
  .refine(({ stages, where }) => stages.length + where.length > 0, {
    message: 'needs one of stages and where',
  })

/** Campaign members: made once, and never changed after. */
export const campaigns = z.strictObject({
  visits: z
    .boolean()
    .default(false)
    .describe('The utm_campaign of each visit names a Campaign, by itself or through names'),
  names: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      'Name or id of the Campaign that a utm_campaign stands for, * for every other one; empty: none',
    ),
  rules: z.array(campaignRule).default([]).describe('Who else becomes a member; all rules that hold count'),
  status: z
    .string()
    .min(1)
    .optional()
    .describe('Status of new members; without: what the Campaign gives them'),
  create: z.boolean().default(false).describe('Make a Campaign that is not there; else its members wait'),
})
