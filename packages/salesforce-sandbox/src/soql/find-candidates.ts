import { kindOf } from '../schema/field-kind.ts'
import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import { toRecordId } from '../store/record-id.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import type { Scope } from './bind-path.ts'
import type { Comparison, Condition } from './query-tree.ts'

/** Records that can match: by id or by an indexed field where the filter demands one, else all of the object. */
export function findCandidates(
  scope: Scope,
  object: ObjectDefinition,
  where: Condition | undefined,
): Iterable<StoredRecord> {
  for (const comparison of demandedBy(where)) {
    const found = lookUp(scope, object, comparison)
    if (found) return found
  }
  return scope.org.store.all(object.name)
}

/** Comparisons that every match must pass. */
function demandedBy(where: Condition | undefined): readonly Comparison[] {
  if (!where) return []
  if (where.kind === 'compare') return [where]
  return where.kind === 'and' ? where.parts.flatMap((part) => (part.kind === 'compare' ? [part] : [])) : []
}

function lookUp(
  scope: Scope,
  object: ObjectDefinition,
  comparison: Comparison,
): Iterable<StoredRecord> | undefined {
  const field = scope.org.schema.field(object, comparison.path.text)
  if (!field || !['=', 'IN'].includes(comparison.operator)) return undefined
  const found = new Map<string, StoredRecord>()
  for (const literal of comparison.literals) {
    const records =
      literal.kind === 'string' ? findByText(scope, { object, field }, literal.value) : undefined
    if (!records) return undefined
    for (const record of records) found.set(record.id, record)
  }
  return found.values()
}

function findByText(
  scope: Scope,
  target: { readonly object: ObjectDefinition; readonly field: Field },
  text: string,
): readonly StoredRecord[] | undefined {
  const { object, field } = target
  const { store } = scope.org
  if (kindOf(field) !== 'id') return store.findBy(object.name, field, text)
  const id = toRecordId(text) ?? ''
  if (field.name !== 'Id') return store.findBy(object.name, field, id)
  const record = store.get(object.name, id)
  return record ? [record] : []
}
