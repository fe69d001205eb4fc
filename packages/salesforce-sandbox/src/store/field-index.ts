import type { Field, Schema } from '../schema/schema-model.ts'
import type { FieldValue, StoredRecord } from './stored-record.ts'

/** Records by the value of a field, for the fields that are looked up by value: keys, mails and references. */
export interface FieldIndex {
  add(record: StoredRecord): void
  remove(record: StoredRecord): void
  /** Ids with this value; undefined when the field is not indexed. */
  find(object: string, field: Field, value: FieldValue): ReadonlySet<string> | undefined
}

const NONE: ReadonlySet<string> = new Set()

export function createFieldIndex(schema: Schema): FieldIndex {
  const byField = new Map<string, Map<FieldValue, Set<string>>>()
  const indexed = new Map(schema.objects.map((object) => [object.name, object.fields.filter(isIndexed)]))
  for (const [object, fields] of indexed) {
    for (const field of fields) byField.set(`${object}.${field.name}`, new Map())
  }

  const each = (
    record: StoredRecord,
    visit: (ids: Map<FieldValue, Set<string>>, key: FieldValue) => void,
  ): void => {
    for (const field of indexed.get(record.object) ?? []) {
      const key = toIndexKey(field, record.values[field.name] ?? null)
      const ids = byField.get(`${record.object}.${field.name}`)
      if (key !== null && ids) visit(ids, key)
    }
  }

  return {
    add: (record) =>
      each(record, (ids, key) => {
        const set = ids.get(key)
        if (set) set.add(record.id)
        else ids.set(key, new Set([record.id]))
      }),
    remove: (record) => each(record, (ids, key) => ids.get(key)?.delete(record.id)),
    find: (object, field, value) => {
      const ids = byField.get(`${object}.${field.name}`)
      return ids && (ids.get(toIndexKey(field, value)) ?? NONE)
    },
  }
}

function isIndexed(field: Field): boolean {
  return field.name !== 'Id' && (field.unique || field.externalId || field.idLookup || isBusinessLink(field))
}

/** Owner and user stamps have few values with many records each: a scan serves them as well. */
function isBusinessLink(field: Field): boolean {
  return field.type === 'reference' && !field.referenceTo.includes('User')
}

/** Text is compared without regard to case unless the field says otherwise. */
export function toIndexKey(field: Field, value: FieldValue): FieldValue {
  if (typeof value !== 'string' || field.caseSensitive || field.type === 'reference') return value
  return value.toLowerCase()
}
