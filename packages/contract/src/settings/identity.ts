import { z } from 'zod'

/** Limits of rules R1 to R3, and what is never an identifier. */
export const identity = z.strictObject({
  mailsPerUser: z.int().min(1).default(10).describe('A user id with more mails is void (rule R1)'),
  sharedMailsPerUser: z
    .int()
    .min(1)
    .default(3)
    .describe('A user id with this many mails of others is void (R1)'),
  sharedCookiesPerUser: z
    .int()
    .min(1)
    .default(20)
    .describe('A user id without mail on more shared cookies is void (R1)'),
  usersPerMail: z.int().min(1).default(10).describe('A mail claimed by more users is void (R2)'),
  cookiesPerMail: z.int().min(1).default(25).describe('A mail without user on more cookies is void (R2)'),
  usersPerLead: z.int().min(1).default(10).describe('Trusted aliases beyond this are refused (R3)'),
  junk: z.array(z.string()).default([]).describe('Further exact values that are never identifiers'),
  junkPatterns: z
    .array(z.string())
    .default([])
    .describe('Further values that are never identifiers; * stands for anything'),
})
