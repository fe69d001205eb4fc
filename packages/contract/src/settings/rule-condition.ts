import { z } from 'zod'
import { eventMatch } from './event-match.ts'

const withinDays = z
  .number()
  .positive()
  .max(3650)
  .optional()
  .describe('Count only this time up to the event; without: all')
const range = {
  atLeast: z.number().optional().describe('The smallest number that fits'),
  atMost: z.number().optional().describe('The largest number that fits'),
}
const hasBound = ({ atLeast, atMost }: { atLeast?: number | undefined; atMost?: number | undefined }) =>
  atLeast !== undefined || atMost !== undefined
const NO_BOUND = 'needs atLeast, atMost or both'

/**
 * How a field is compared. Texts are compared without regard to case; a field that is missing is like an empty text.
 * Lists fit if one of their members does.
 */
const FIELD_TESTS = [
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

/** What a rule may ask of a lead, its company and the visit. Traits have any key, and keys within it. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  lead: ['email', 'name', 'role'],
  company: ['domain', 'domains', 'name', 'key', 'kind', 'leads'],
  session: [
    'channel',
    'source',
    'medium',
    'campaign',
    'term',
    'content',
    'referrer',
    'landingPage',
    'device',
    'browser',
    'os',
    'country',
  ],
}
const TRAITS = /^(?:lead|company)\.traits(?:\.[^.]+)+$/
const CLICK_IDS = /^session\.clickIds\.\w+$/

const isField = (path: string): boolean => {
  const [root = '', name = '', ...rest] = path.split('.')
  const isPlain = rest.length === 0 && (FIELDS[root]?.includes(name) ?? false)
  return isPlain || TRAITS.test(path) || CLICK_IDS.test(path)
}

const fieldNames = Object.entries(FIELDS).flatMap(([root, names]) => names.map((name) => `${root}.${name}`))
const KNOWN_FIELDS = `one of ${fieldNames.join(', ')}, lead.traits.KEY, company.traits.KEY, session.clickIds.KEY`

const fieldCondition = z
  .strictObject({
    field: z
      .string()
      .refine(isField, `needs ${KNOWN_FIELDS}`)
      .describe('lead.email, lead.traits.KEY…, company.domain, company.leads, session.channel, …'),
    is: z.enum(FIELD_TESTS).describe('How it is compared'),
    value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).optional(),
  })
  .refine(({ is, value }) => ['present', 'absent'].includes(is) === (value === undefined), {
    error: 'is needed for what is compared with something, and must be left out with present and absent',
    path: ['value'],
  })

/** One condition of a rule: on a field, on a count of events or sessions up to the event, or on the score. */
export const ruleCondition = z.union([
  fieldCondition,
  z
    .strictObject({ events: eventMatch.describe('Which events are counted'), ...range, withinDays })
    .refine(hasBound, NO_BOUND),
  z.strictObject({ sessions: z.strictObject({ ...range, withinDays }).refine(hasBound, NO_BOUND) }),
  z.strictObject({ score: z.strictObject(range).refine(hasBound, NO_BOUND) }),
])
