import { createAccess, type Access } from '../access/access.ts'
import { defaultUser, findUser } from '../oauth/users.ts'
import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import { REP_USERNAME } from '../store/fixture-names.ts'
import { toRecordId } from '../store/record-id.ts'
import type { FieldValue, StoredRecord } from '../store/stored-record.ts'

/** The sales rep in front of the pages: sees and does what that user may. */
export interface Viewer {
  readonly org: Org
  readonly user: StoredRecord
  readonly access: Access
}

export function createViewer(org: Org): Viewer {
  const user = findUser(org, REP_USERNAME) ?? defaultUser(org)
  return { org, user, access: createAccess(org, user.id) }
}

export interface Shown {
  readonly object: ObjectDefinition
  readonly record: StoredRecord
}

/** A record by its id, deleted or not, when the rep may see its object. */
export function findShown(viewer: Viewer, text: string): Shown | undefined {
  const id = toRecordId(text)
  const object = id === undefined ? undefined : viewer.org.schema.objectByPrefix(id.slice(0, 3))
  if (id === undefined || !object || !viewer.access.canUse(object, 'read')) return undefined
  const record = viewer.org.store.get(object.name, id)
  return record && { object, record }
}

/** A field's value as far as the rep may read it. */
export function valueOf(viewer: Viewer, { object, record }: Shown, fieldName: string): FieldValue {
  const field = viewer.org.schema.field(object, fieldName)
  return field && viewer.access.canRead(object, field) ? (record.values[field.name] ?? null) : null
}

/** The name of the record behind an id; the id itself when it cannot be seen. */
export function nameOf(viewer: Viewer, id: string): string {
  const shown = findShown(viewer, id)
  return String(shown?.record.values['Name'] ?? id)
}
