import { z } from 'zod'

/**
 * Which value of a trait counts when it was told several times. newest: the latest by event time. first: the earliest,
 * for ever (what was told before the setting is not ordered anew). trusted: with a secret key before a public one, then
 * the latest. server: the latest with a secret key; browsers are not heard.
 */
export const TRAIT_POLICIES = ['newest', 'first', 'trusted', 'server'] as const
export type TraitPolicy = (typeof TRAIT_POLICIES)[number]

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
  callingCode: z
    .string()
    .regex(/^\d{0,4}$/)
    .default('')
    .describe('Calling code of phone numbers without one, e.g. 49; empty: such numbers are not kept'),
  bridgeDevices: z
    .boolean()
    .default(false)
    .describe('context.device.id stands for the cookie: for apps that one person uses. It survives a reset'),
  traits: z
    .record(z.string(), z.enum(TRAIT_POLICIES))
    .default({})
    .describe('Which of several values of a trait counts: newest (default), first, trusted, server'),
  junk: z.array(z.string()).default([]).describe('Further exact values that are never identifiers'),
  junkPatterns: z
    .array(z.string())
    .default([])
    .describe('Further values that are never identifiers; * stands for anything'),
  nightlyCheckHour: z
    .int()
    .min(0)
    .max(23)
    .nullable()
    .default(3)
    .describe('Hour, UTC, in which every lead is compared with all facts and mended; null: never'),
})
