import type { Org } from '../org.ts'
import type { ObjectDefinition, RecordType } from '../schema/schema-model.ts'
import type { FieldValue, FieldValues } from '../store/stored-record.ts'
import { dmlError, pass, refuse, type Checked, type Dml, type DmlError } from './dml-result.ts'
import type { Input } from './read-input.ts'

/** The kind that every object has and no record carries. */
export const MASTER_RECORD_TYPE_ID = '012000000000000AAA'

type Kept = Pick<Org, 'store'>

/** Id of a record type's own record; undefined while it has none. */
export function recordTypeId(org: Kept, object: ObjectDefinition, type: RecordType): string | undefined {
  for (const { id, values } of org.store.all('RecordType')) {
    if (values['SobjectType'] === object.name && values['DeveloperName'] === type.developerName) return id
  }
  return undefined
}

/** The record type with this id; undefined for the master kind and for the id of another object's. */
export function recordTypeOf(org: Kept, object: ObjectDefinition, id: FieldValue): RecordType | undefined {
  if (typeof id !== 'string') return undefined
  const values = org.store.get('RecordType', id)?.values
  if (values?.['SobjectType'] !== object.name) return undefined
  return object.recordTypes.find(({ developerName }) => developerName === values['DeveloperName'])
}

/** What a new record gets without being told: its user's record type, and the defaults of its picklists. */
export function recordTypeDefaults(
  dml: Dml,
  object: ObjectDefinition,
  given: FieldValues,
): Record<string, FieldValue> {
  if (object.recordTypes.length === 0) return {}
  const usual = dml.actor.access.defaultRecordType(object)
  const usualId = usual && recordTypeId(dml.org, object, usual)
  const id = given['RecordTypeId'] === undefined ? (usualId ?? null) : given['RecordTypeId']
  const picklists = [...(recordTypeOf(dml.org, object, id)?.picklists ?? [])]
  const defaults = picklists.flatMap(([name, values]) => {
    const value = values.find(({ isDefault }) => isDefault)?.value
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(defaults), RecordTypeId: id }
}

/** A record type that a caller names: one of the object's, active and open to the user; the master kind is none. */
export function resolveRecordType(dml: Dml, object: ObjectDefinition, id: string): Checked<FieldValue> {
  if (id === MASTER_RECORD_TYPE_ID) return pass(null)
  const type = recordTypeOf(dml.org, object, id)
  if (type?.active === true && dml.actor.access.canUseRecordType(object, type)) return pass(id)
  const message = `Record Type ID: this ID value isn't valid for the user: ${id}`
  return refuse(dmlError('INVALID_CROSS_REFERENCE_KEY', message, { fields: ['RecordTypeId'] }))
}

/** A value of a restricted picklist that records of this type may not have. */
export function findForeignValue(
  dml: Dml,
  object: ObjectDefinition,
  saved: { readonly input: Input; readonly values: FieldValues },
): DmlError | undefined {
  const picklists = recordTypeOf(dml.org, object, saved.values['RecordTypeId'] ?? null)?.picklists
  for (const [field, value] of saved.input) {
    const allowed = field.restricted && value !== null ? picklists?.get(field.name) : undefined
    if (!allowed || allowed.some((entry) => entry.value === value)) continue
    const message = `${field.label}: bad value for restricted picklist field: ${String(value)}`
    return dmlError('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', message, { fields: [field.name] })
  }
  return undefined
}
