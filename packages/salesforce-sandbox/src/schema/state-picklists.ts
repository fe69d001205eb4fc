import { COUNTRIES } from './countries.ts'
import { picklistField } from './define-fields.ts'
import type { Field, ObjectDefinition } from './schema-model.ts'

const COUNTRY_CODES = COUNTRIES.map(({ code }) => code)
const STATE_CODES = [...new Set(COUNTRIES.flatMap(({ states }) => Object.keys(states)))].sort()

/** Addresses whose states and countries are picklists: each has a code beside its name. */
export function withStatePicklists(objects: readonly ObjectDefinition[]): readonly ObjectDefinition[] {
  return objects.map((object) => {
    const codes = addressPrefixes(object).flatMap((prefix) => toCodes(prefix))
    return codes.length === 0 ? object : { ...object, fields: [...object.fields, ...codes] }
  })
}

/** `Mailing`, `Billing` or nothing, for each address of an object. */
export function addressPrefixes({ fields }: ObjectDefinition): readonly string[] {
  return fields.flatMap(({ type, name }) => (type === 'address' ? [name.replace(/Address$/, '')] : []))
}

function toCodes(prefix: string): readonly Field[] {
  const part = { compoundFieldName: `${prefix}Address`, restricted: true, length: 10 }
  return [
    picklistField(`${prefix}StateCode`, STATE_CODES, part),
    picklistField(`${prefix}CountryCode`, COUNTRY_CODES, part),
  ]
}
