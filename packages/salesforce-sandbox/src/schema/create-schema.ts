import type { Field, ObjectDefinition, PermissionSet, Schema } from './schema-model.ts'

/** Indexes objects, fields and relationships by lower-case name. */
export function createSchema(
  objects: readonly ObjectDefinition[],
  permissionSets: readonly PermissionSet[],
): Schema {
  const sorted = [...objects].sort((a, b) => (a.name < b.name ? -1 : 1))
  const byName = new Map(sorted.map((object) => [object.name.toLowerCase(), object]))
  const byPrefix = new Map(sorted.map((object) => [object.keyPrefix, object]))
  const fields = indexFields(sorted, (field) => field.name)
  const relationships = indexFields(sorted, (field) => field.relationshipName)
  return {
    objects: sorted,
    permissionSets,
    object: (name) => byName.get(name.toLowerCase()),
    objectByPrefix: (prefix) => byPrefix.get(prefix),
    field: (object, name) => fields.get(object.name)?.get(name.toLowerCase()),
    relationship: (object, name) => relationships.get(object.name)?.get(name.toLowerCase()),
  }
}

function indexFields(
  objects: readonly ObjectDefinition[],
  keyOf: (field: Field) => string | null,
): ReadonlyMap<string, ReadonlyMap<string, Field>> {
  return new Map(
    objects.map((object) => [
      object.name,
      new Map(
        object.fields.flatMap((field) => {
          const key = keyOf(field)
          return key === null ? [] : [[key.toLowerCase(), field] as const]
        }),
      ),
    ]),
  )
}
