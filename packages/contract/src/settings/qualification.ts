import { z } from 'zod'
import { eventMatch, ruleName } from './event-match.ts'

const withinDays = z
  .number()
  .positive()
  .max(3650)
  .optional()
  .describe('Count only this time up to the event; without: all')
const range = {
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
}
const hasBound = ({ atLeast, atMost }: { atLeast?: number | undefined; atMost?: number | undefined }) =>
  atLeast !== undefined || atMost !== undefined
const NO_BOUND = 'atLeast or atMost'

/**
 * How a field is compared. Texts are compared without regard to case; a field that is missing is like an empty text.
 * Lists fit if one of their members does.
 */
export const FIELD_TESTS = [
  'present',
  'absent',
  'equals',
  'differs',
  'contains',
  'startsWith',
  'oneOf',
  'greaterThan',
  'lessThan',
] as const

const fieldCondition = z
  .strictObject({
    field: z
      .string()
      .regex(/^(?:lead|company|session)(?:\.[^.]+)+$/)
      .describe('lead.email, lead.name, lead.role, lead.traits.KEY…, company.domain, session.channel, …'),
    is: z.enum(FIELD_TESTS),
    value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).optional(),
  })
  .refine(
    ({ is, value }) => ['present', 'absent'].includes(is) === (value === undefined),
    'a value, and none with present and absent',
  )

const condition = z.union([
  fieldCondition,
  z.strictObject({ events: eventMatch, ...range, withinDays }).refine(hasBound, NO_BOUND),
  z.strictObject({ sessions: z.strictObject({ ...range, withinDays }).refine(hasBound, NO_BOUND) }),
  z.strictObject({ score: z.strictObject(range).refine(hasBound, NO_BOUND) }),
])

/**
 * Rules by which a lead reaches a stage. A rule looks at each event that it is on, in order of time: the first at which
 * all conditions hold is the one it qualifies with. Counts and scores are those at that event. Of several rules that are
 * met, the last in the list gives the lead its stage.
 */
export const qualification = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        name: ruleName,
        on: eventMatch.prefault({}).describe('Events at which it is looked at; all by default'),
        where: z.array(condition).default([]).describe('All must hold'),
        stage: z.string().min(1).max(64).default('qualified'),
        againAfterDays: z
          .number()
          .positive()
          .max(3650)
          .optional()
          .describe('Met again after this time, it fires again; without: once for ever'),
      }),
    )
    .refine((rules) => new Set(rules.map(({ name }) => name)).size === rules.length, 'names that differ')
    .default([
      { name: 'has a mail', on: {}, where: [{ field: 'lead.email', is: 'present' }], stage: 'qualified' },
    ]),
})
