import { z } from 'zod'

/** Who wins when both sides know a value. */
export const STRATEGIES = [
  'override',
  'update_if_empty',
  'prefer_salesforce',
  'newest_wins',
  'never',
] as const

export const TRANSFORMS = [
  'lower',
  'upper',
  'phone',
  'country_code',
  'first_name',
  'last_name',
  'domain',
] as const

const TARGET = /^(Lead|Contact|Account|Leadline_Activity__c|Task)\.[A-Za-z]\w*$/
const target = z.string().regex(TARGET, 'must be Object.Field, e.g. Lead.Industry')

const value = z.union([z.string(), z.number(), z.boolean()])

const SOURCE = /^(person|lead|company|account|session)\.\w+(\.[\w$ -]+)*$/

/** One line of the mapping: one source, one or several targets. A line replaces the shipped one of the same target. */
export const fieldMapping = z
  .strictObject({
    from: z
      .string()
      .regex(SOURCE, 'must begin with person., lead., company., account. or session.')
      .optional()
      .describe(
        'Where the value comes from: any column of leads or companies, or a path in one that holds JSON',
      ),
    template: z
      .string()
      .optional()
      .describe(
        'Text with sources in braces, e.g. "{person.firstName} of {company.name}"; in the place of from',
      ),
    to: z
      .union([target, z.array(target).min(1)])
      .describe('Field or fields that take the value, e.g. [Lead.Industry, Contact.Industry__c]'),
    strategy: z
      .enum(STRATEGIES)
      .default('prefer_salesforce')
      .describe(
        'override: always ours; update_if_empty: only into an empty field; prefer_salesforce: empty, or still what we ' +
          'wrote; newest_wins: the later change, Salesforce within a minute; never: not written',
      ),
    default: value.optional().describe('When the source is empty'),
    transform: z.array(z.enum(TRANSFORMS)).default([]).describe('Applied in order'),
    values: z
      .record(z.string(), value)
      .default({})
      .describe('What stands for what, e.g. of a picklist; * for everything else'),
    clear: z
      .boolean()
      .default(false)
      .describe('An empty source empties the field, when it holds what we wrote'),
    rollup: z
      .boolean()
      .default(false)
      .describe('Moves with every visit: written with the refresh of an open session, not at each event'),
  })
  .refine(
    (line) => line.strategy === 'never' || (line.from === undefined) !== (line.template === undefined),
    {
      message: 'needs one of from and template',
    },
  )
