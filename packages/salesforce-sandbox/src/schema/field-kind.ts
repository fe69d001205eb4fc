import type { Field, FieldType } from './schema-model.ts'

/** How a field's values behave: what JSON and SOQL may give it and how two values compare. */
export type FieldKind = 'text' | 'id' | 'boolean' | 'number' | 'date' | 'datetime'

const KINDS: Readonly<Record<FieldType, FieldKind>> = {
  id: 'id',
  reference: 'id',
  string: 'text',
  textarea: 'text',
  picklist: 'text',
  multipicklist: 'text',
  email: 'text',
  phone: 'text',
  url: 'text',
  address: 'text',
  boolean: 'boolean',
  int: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  date: 'date',
  datetime: 'datetime',
}

export function kindOf(field: Field): FieldKind {
  return KINDS[field.type]
}
