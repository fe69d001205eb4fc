import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValue } from '../store/stored-record.ts'
import { dmlError, pass, refuse, type Checked, type Dml, type DmlResult } from './dml-result.ts'
import { parseFieldValue } from './parse-value.ts'
import { createRecord, updateRecord, type RecordBody } from './save-record.ts'

export interface Upsert {
  readonly object: ObjectDefinition
  readonly key: Field
  /** As sent, in a URL or in the record. */
  readonly value: unknown
  readonly body: RecordBody
  readonly updateOnly?: boolean
}

/** The field that an upsert or a GET may use as key. */
export function findKeyField(dml: Dml, object: ObjectDefinition, name: string): Checked<Field> {
  const field = dml.org.schema.field(object, name)
  if (field?.idLookup && dml.actor.access.canRead(object, field)) return pass(field)
  const message = `Provided external ID field does not exist or is not accessible: ${name}`
  return refuse(dmlError('NOT_FOUND', message, { status: 404 }))
}

/** Updates the one record with this key, or creates it; several matches change nothing. */
export function upsertRecord(dml: Dml, upsert: Upsert): DmlResult {
  const { object, key, body } = upsert
  if (key.name === 'Id') return upsertById(dml, upsert)
  const value = parseFieldValue(key, upsert.value)
  if (!value.ok) return value
  if (value.value === null) return refuse(dmlError('MISSING_ARGUMENT', `${key.name} not specified`))
  const given = Object.keys(body).find((name) => ['id', key.name.toLowerCase()].includes(name.toLowerCase()))
  if (given !== undefined) {
    const message = `The ${given} field should not be specified in the sobject data.`
    return refuse(dmlError('INVALID_FIELD', message, { fields: [given] }))
  }
  const matches = findByKey(dml, { object, key, value: value.value })
  if (matches.length > 1) return { ...refuse(severalMatches(key, matches)), matches }
  const [id] = matches
  if (id !== undefined) return updateRecord(dml, object, { id, body })
  if (upsert.updateOnly) {
    return refuse(dmlError('NOT_FOUND', 'The requested resource does not exist', { status: 404 }))
  }
  return createRecord(dml, object, { ...body, [key.name]: value.value })
}

function upsertById(dml: Dml, upsert: Upsert): DmlResult {
  const { object, value, body } = upsert
  if (value === undefined || value === null || value === '') return createRecord(dml, object, body)
  return updateRecord(dml, object, { id: typeof value === 'string' ? value : '', body })
}

/** Ids of the living records with this key that the user can see. */
export function findByKey(
  dml: Dml,
  search: { readonly object: ObjectDefinition; readonly key: Field; readonly value: FieldValue },
): readonly string[] {
  const found = dml.org.store.findBy(search.object.name, search.key, search.value) ?? []
  return found
    .filter((record) => record.deletedAtMs === null && dml.actor.access.canSee(record))
    .map((record) => record.id)
}

function severalMatches(key: Field, ids: readonly string[]): ReturnType<typeof dmlError> {
  const list = ids.map((id) => id.slice(0, 15)).join(', ')
  return dmlError(
    'DUPLICATE_EXTERNAL_ID',
    `${key.name}: more than one record found for external id field: [${list}]`,
  )
}
