import { z } from 'zod'
import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValues } from '../store/stored-record.ts'
import { matchesFilter } from './match-filter.ts'

export const assignmentRuleSchema = z.strictObject({
  name: z.string(),
  object: z.literal('Lead').default('Lead'),
  /** The first entry whose filter matches gives the record to its user or queue. */
  entries: z.array(z.strictObject({ if: z.string().optional(), ownerId: z.string() })),
})
export type AssignmentRule = z.infer<typeof assignmentRuleSchema>

/** The owner that the active rule gives a new record. */
export function findAssignee(org: Org, object: ObjectDefinition, values: FieldValues): string | undefined {
  const rule = org.cells.assignmentRules.get().find((rule) => rule.object === object.name)
  return rule?.entries.find((entry) => matchesFilter(org, object, { filter: entry.if, values }))?.ownerId
}
