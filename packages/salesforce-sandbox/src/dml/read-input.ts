import { z } from 'zod'
import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import type { FieldValue, FieldValues } from '../store/stored-record.ts'
import { dmlError, pass, refuse, type Checked, type Dml } from './dml-result.ts'
import { parseFieldValue } from './parse-value.ts'

/** The fields of one record as a caller sent them, by canonical name, ready to be checked. */
export type Input = ReadonlyMap<Field, FieldValue>

export function toValues(input: Input): FieldValues {
  return Object.fromEntries([...input].map(([field, value]) => [field.name, value]))
}

export type SaveMode = 'create' | 'update'

const jsonObject = z.record(z.string(), z.unknown())

interface Reading {
  readonly dml: Dml
  readonly object: ObjectDefinition
  readonly mode: SaveMode
}

/** Names and types of a record's fields; `Id` and `attributes` are the caller's business. */
export function readInput(reading: Reading, body: Readonly<Record<string, unknown>>): Checked<Input> {
  const input = new Map<Field, FieldValue>()
  for (const [key, raw] of Object.entries(body)) {
    if (key === 'attributes' || key.toLowerCase() === 'id') continue
    const read = readField(reading, key, raw)
    if (!read.ok) return read
    input.set(read.value.field, read.value.value)
  }
  return pass(input)
}

interface FieldInput {
  readonly field: Field
  readonly value: FieldValue
}

function readField(reading: Reading, key: string, raw: unknown): Checked<FieldInput> {
  const { dml, object, mode } = reading
  const relationship = dml.org.schema.relationship(object, key)
  const field = relationship ?? dml.org.schema.field(object, key)
  if (!field || !dml.actor.access.canRead(object, field)) return refuse(noSuchColumn(key, object))
  const writable = mode === 'create' ? field.createable : field.updateable
  if (!writable || !dml.actor.access.canEdit(object, field)) return refuse(notWritable(field))
  const value = relationship ? readForeignKey(reading, relationship, raw) : parseFieldValue(field, raw)
  return value.ok ? pass({ field, value: value.value }) : value
}

/** `"Leadline_Lead__r": {"Leadline_Id__c": "x"}` names the parent by its external id. */
function readForeignKey(reading: Reading, relationship: Field, raw: unknown): Checked<FieldValue> {
  if (raw === null) return pass(null)
  const parsed = jsonObject.safeParse(raw)
  const keys = parsed.success ? Object.entries(parsed.data).filter(([name]) => name !== 'attributes') : []
  const [entry] = keys
  if (!entry || keys.length !== 1) {
    return refuse(
      dmlError('INVALID_FIELD', `Cannot reference a foreign key field ${relationship.relationshipName}.`),
    )
  }
  return findParent(reading, relationship, entry)
}

function findParent(
  reading: Reading,
  relationship: Field,
  [name, key]: readonly [string, unknown],
): Checked<FieldValue> {
  const { org } = reading.dml
  const keyed = relationship.referenceTo.flatMap((parentName) => {
    const parent = org.schema.object(parentName)
    const field = parent && org.schema.field(parent, name)
    return field?.idLookup === true ? [{ parent: parent?.name ?? '', field }] : []
  })
  const [target] = keyed
  if (!target) return refuse(noSuchColumn(name, reading.object))
  const value = parseFieldValue(target.field, key)
  if (!value.ok) return value
  const found = org.store.findBy(target.parent, target.field, value.value)
  const living = found?.find((record) => record.deletedAtMs === null)
  return living
    ? pass(living.id)
    : refuse(foreignKeyNotFound({ key, field: target.field.name, parent: target.parent }))
}

function foreignKeyNotFound(missing: {
  key: unknown
  field: string
  parent: string
}): ReturnType<typeof dmlError> {
  const { key, field, parent } = missing
  return dmlError(
    'INVALID_FIELD',
    `Foreign key external ID: ${String(key)} not found for field ${field} in entity ${parent}`,
  )
}

export function noSuchColumn(name: string, object: ObjectDefinition): ReturnType<typeof dmlError> {
  return dmlError('INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`)
}

function notWritable(field: Field): ReturnType<typeof dmlError> {
  return dmlError(
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: ${field.name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    { fields: [field.name] },
  )
}
