import { z } from 'zod'
import { eventMatch, ruleName } from './event-match.ts'

/** Points for what people do, worth half after each half-life. */
export const score = z.strictObject({
  halfLifeDays: z.number().min(0).max(3650).default(14).describe('Points halve in this time; 0: never'),
  rules: z
    .array(
      z.strictObject({
        name: ruleName,
        on: eventMatch.prefault({}).describe('Events that it gives points for'),
        points: z.number().min(-10_000).max(10_000).describe('For each; negative ones take away'),
      }),
    )
    .refine(
      (rules) => new Set(rules.map(({ name }) => name)).size === rules.length,
      'needs names that differ',
    )
    .default([
      { name: 'page views', on: { type: 'page' }, points: 1 },
      { name: 'events', on: { type: 'track' }, points: 3 },
    ])
    .describe('An event may fit several'),
})
