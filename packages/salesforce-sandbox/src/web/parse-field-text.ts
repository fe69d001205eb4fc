import { kindOf } from '../schema/field-kind.ts'
import type { Field } from '../schema/schema-model.ts'

/** What a form field holds, as JSON would; text that is no number stays text, for the org's own rules to refuse. */
export function parseFieldText(field: Field, text: string): string | number | boolean | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  if (kindOf(field) === 'boolean') return trimmed === 'true'
  const number = Number(trimmed)
  return kindOf(field) === 'number' && !Number.isNaN(number) ? number : trimmed
}
