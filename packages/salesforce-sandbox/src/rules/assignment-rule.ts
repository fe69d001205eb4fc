import { z } from 'zod'
import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValues } from '../store/stored-record.ts'
import { matchesFilter } from './match-filter.ts'

export const assignmentRuleSchema = z.strictObject({
  name: z.string(),
  object: z.literal('Lead').default('Lead'),
  /** Of an org's rules the first active one runs by itself; any can be named by its id. */
  active: z.boolean().default(true),
  /** The first entry whose filter matches gives the record to its user or queue. */
  entries: z.array(z.strictObject({ if: z.string().optional(), ownerId: z.string() })),
})
export type AssignmentRule = z.infer<typeof assignmentRuleSchema>

/** The owner that a rule gives a new record: one that is named by its id, else the active one. */
export function findAssignee(
  org: Org,
  object: ObjectDefinition,
  { values, ruleId }: { readonly values: FieldValues; readonly ruleId?: string | undefined },
): string | undefined {
  const name = ruleId === undefined ? undefined : org.store.get('AssignmentRule', ruleId)?.values['Name']
  const rule = org.cells.assignmentRules
    .get()
    .find((rule) => rule.object === object.name && (ruleId === undefined ? rule.active : rule.name === name))
  return rule?.entries.find((entry) => matchesFilter(org, object, { filter: entry.if, values }))?.ownerId
}
