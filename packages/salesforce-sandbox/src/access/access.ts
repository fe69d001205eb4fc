import type { Field, ObjectDefinition, PermissionSet } from '../schema/schema-model.ts'
import type { Org } from '../org.ts'

export type ObjectRight = 'read' | 'create' | 'edit' | 'delete'

/** What one user may do: objects and fields (field-level security). Sharing is open to all within the org. */
export interface Access {
  readonly isAdmin: boolean
  canUse(object: ObjectDefinition, right: ObjectRight): boolean
  canRead(object: ObjectDefinition, field: Field): boolean
  canEdit(object: ObjectDefinition, field: Field): boolean
}

export const ADMIN_PROFILE = 'System Administrator'

/** Standard objects and fields are open by profile; custom ones only through an assigned permission set. */
export function createAccess(org: Pick<Org, 'schema' | 'store'>, userId: string): Access {
  const sets = assignedSets(org, userId)
  const isAdmin = org.store.get('User', userId)?.values['ProfileName'] === ADMIN_PROFILE
  const grantOf = (object: ObjectDefinition, field: Field): readonly { read: boolean; edit: boolean }[] =>
    sets.flatMap((set) => set.fields.get(`${object.name}.${field.name}`) ?? [])
  return {
    isAdmin,
    canUse: (object, right) => {
      if (object.setup) return right === 'read' || isAdmin
      return !object.custom || sets.some((set) => set.objects.get(object.name)?.[right] === true)
    },
    canRead: (object, field) =>
      !isPermissionable(field) || grantOf(object, field).some((grant) => grant.read || grant.edit),
    canEdit: (object, field) =>
      !isPermissionable(field) || grantOf(object, field).some((grant) => grant.edit),
  }
}

/** Required custom fields are always open; all others start closed to everyone, their creator included. */
export function isPermissionable(field: Field): boolean {
  return field.custom && !field.required && !field.nameField
}

function assignedSets(org: Pick<Org, 'schema' | 'store'>, userId: string): readonly PermissionSet[] {
  const names = new Set<unknown>()
  for (const assignment of org.store.all('PermissionSetAssignment')) {
    if (assignment.deletedAtMs !== null || assignment.values['AssigneeId'] !== userId) continue
    const set = org.store.get('PermissionSet', String(assignment.values['PermissionSetId']))
    names.add(set?.values['Name'])
  }
  return org.schema.permissionSets.filter((set) => names.has(set.name))
}
