import type { Field } from '../schema/schema-model.ts'
import type { FieldValue, FieldValues, StoredRecord } from '../store/stored-record.ts'
import { readField } from './bind-path.ts'

/** An address as one value; with codes only where the org has picklists of states and countries. */
export type Address = Readonly<Record<string, FieldValue>>

const PARTS = ['City', 'Country', 'GeocodeAccuracy', 'Latitude', 'Longitude', 'PostalCode', 'State', 'Street']
const CODES = ['CountryCode', 'StateCode']

/** A field's value as an answer shows it. */
export function renderField(record: StoredRecord, field: Field): FieldValue | Address {
  return field.type === 'address' ? renderAddress(record.values, field) : readField(record, field)
}

function renderAddress(values: FieldValues, { name }: Field): Address | null {
  const prefix = name.replace(/Address$/, '')
  const codes = CODES.filter((part) => `${prefix}${part}` in values)
  const parts = [...PARTS, ...codes].sort().map((part) => [part, values[`${prefix}${part}`] ?? null] as const)
  if (parts.every(([, value]) => value === null)) return null
  return Object.fromEntries(
    parts.map(([part, value]) => [part.charAt(0).toLowerCase() + part.slice(1), value]),
  )
}
