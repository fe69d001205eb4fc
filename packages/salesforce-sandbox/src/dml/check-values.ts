import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValue, FieldValues } from '../store/stored-record.ts'
import { dmlError, type DmlError } from './dml-result.ts'
import type { Input } from './read-input.ts'

/** All required fields that would be empty after the save; on update only those the caller clears, unless they say otherwise. */
export function findMissing(
  object: ObjectDefinition,
  input: Input,
  before: FieldValues | undefined,
): DmlError | undefined {
  const missing = object.fields
    .filter((field) => field.required && isEmptied(field, input, before))
    .map((field) => field.name)
    .sort()
  if (missing.length === 0) return undefined
  return dmlError('REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, {
    fields: missing,
  })
}

function isEmptied(field: Field, input: Input, before: FieldValues | undefined): boolean {
  const given = input.get(field)
  if (given !== undefined) return given === null
  if (before && field.requiredOnUpdate) return (before[field.name] ?? null) === null
  return before === undefined && field.defaultValue === null && field.name !== 'OwnerId'
}

/** The first value that does not fit its field. */
export function findUnfit(input: Input): DmlError | undefined {
  for (const [field, value] of input) {
    const error = value === null ? undefined : checkValue(field, value)
    if (error) return error
  }
  return undefined
}

function checkValue(field: Field, value: FieldValue): DmlError | undefined {
  if (typeof value === 'number') return checkNumber(field, value)
  if (typeof value !== 'string') return undefined
  return checkLength(field, value) ?? checkText(field, value)
}

function checkLength(field: Field, value: string): DmlError | undefined {
  const limited = field.length > 0 && field.type !== 'reference' && field.type !== 'id'
  if (!limited || value.length <= field.length) return undefined
  return dmlError(
    'STRING_TOO_LONG',
    `${field.label}: data value too large: ${value} (max length=${field.length})`,
    { fields: [field.name] },
  )
}

const EMAIL = /^[^\s@<>()[\],;:"\\]+@[^\s@<>()[\],;:"\\.]+(\.[^\s@<>()[\],;:"\\.]+)+$/

function checkText(field: Field, value: string): DmlError | undefined {
  const fields = [field.name]
  if (field.type === 'email' && !EMAIL.test(value)) {
    return dmlError('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${value}`, { fields })
  }
  const stranger = field.restricted ? findStranger(field, value) : undefined
  if (stranger !== undefined) {
    const message = `${field.label}: bad value for restricted picklist field: ${stranger}`
    return dmlError('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, { fields })
  }
  return undefined
}

/** A chosen value that the picklist does not have; several are chosen with semicolons. */
function findStranger({ type, picklist }: Field, value: string): string | undefined {
  if (type !== 'picklist' && type !== 'multipicklist') return undefined
  const chosen = type === 'picklist' ? [value] : value.split(';')
  return chosen.find((one) => picklist.every((entry) => entry.value !== one))
}

function checkNumber(field: Field, value: number): DmlError | undefined {
  const limit = field.type === 'int' ? 2 ** 31 : 10 ** (field.precision - field.scale)
  if (Math.abs(value) < limit) return undefined
  return dmlError(
    'NUMBER_OUTSIDE_VALID_RANGE',
    `${field.label}: value outside of valid range on numeric field: ${value}`,
    { fields: [field.name] },
  )
}
