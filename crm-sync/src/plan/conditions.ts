import type { CrmCondition } from '@leadline/contract'
import { isBlank, type FieldValue } from './field-values.ts'
import { isReference } from './operation.ts'
import type { Sources } from './sources.ts'

/** Whether all conditions hold. */
export const isMet = (conditions: readonly CrmCondition[], sources: Sources): boolean =>
  conditions.every((condition) => holds(condition, sources))

function holds(condition: CrmCondition, sources: Sources): boolean {
  const found = sources.read(condition.from)
  const value = isReference(found) ? null : found
  return (
    (condition.in === undefined || isAmong(value, condition.in)) &&
    (condition.notIn === undefined || !isAmong(value, condition.notIn)) &&
    (condition.empty === undefined || isBlank(value) === condition.empty) &&
    isWithin(value, condition)
  )
}

const isAmong = (value: FieldValue, list: readonly (string | number | boolean)[]): boolean =>
  list.some((item) => String(item).toLowerCase() === String(value ?? '').toLowerCase())

function isWithin(value: FieldValue, { min, max }: CrmCondition): boolean {
  if (min === undefined && max === undefined) return true
  const number = isBlank(value) ? Number.NaN : Number(value)
  return number >= (min ?? -Infinity) && number <= (max ?? Infinity)
}
