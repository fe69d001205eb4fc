import { z } from 'zod'
import { dmlError, type DmlError } from '../dml/dml-result.ts'
import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValues } from '../store/stored-record.ts'
import { matchesFilter } from './match-filter.ts'

export const validationRuleSchema = z.strictObject({
  name: z.string(),
  object: z.string(),
  /** SOQL filter over the record as it would be saved; those that match are refused. All are when not given. */
  if: z.string().optional(),
  message: z.string(),
})
export type ValidationRule = z.infer<typeof validationRuleSchema>

export function findInvalid(
  org: Org,
  object: ObjectDefinition,
  saved: { readonly values: FieldValues; readonly id: string | undefined },
): DmlError | undefined {
  const rule = org.cells.validationRules
    .get()
    .find((rule) => rule.object === object.name && matchesFilter(org, object, { filter: rule.if, ...saved }))
  return rule && dmlError('FIELD_CUSTOM_VALIDATION_EXCEPTION', rule.message)
}
