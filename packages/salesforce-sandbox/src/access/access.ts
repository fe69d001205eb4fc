import type { Field, ObjectDefinition, PermissionSet, RecordType } from '../schema/schema-model.ts'
import type { Org } from '../org.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import type { PermissionChange, SystemRight } from './permission-change.ts'

export type ObjectRight = 'read' | 'create' | 'edit' | 'delete'

/** What one user may do: objects, fields (field-level security), and records of others (sharing). */
export interface Access {
  readonly isAdmin: boolean
  has(right: SystemRight): boolean
  canUse(object: ObjectDefinition, right: ObjectRight): boolean
  canRead(object: ObjectDefinition, field: Field): boolean
  canEdit(object: ObjectDefinition, field: Field): boolean
  /** All records of an object, whoever owns them. */
  canSeeAll(object: string): boolean
  canSee(record: StoredRecord): boolean
  canChange(record: StoredRecord): boolean
  canUseRecordType(object: ObjectDefinition, type: RecordType): boolean
  /** What a record becomes when its maker names no record type; undefined for the master kind. */
  defaultRecordType(object: ObjectDefinition): RecordType | undefined
}

export const ADMIN_PROFILE = 'System Administrator'
export const INTEGRATION_PROFILE = 'Salesforce API Only System Integrations'

/** The org's own eyes: for its rules and for the administrator's scripts. */
export const FULL_ACCESS: Access = {
  isAdmin: true,
  has: () => true,
  canUse: () => true,
  canRead: () => true,
  canEdit: () => true,
  canSeeAll: () => true,
  canSee: () => true,
  canChange: () => true,
  canUseRecordType: () => true,
  defaultRecordType: ({ recordTypes }) => recordTypes.find(({ active }) => active),
}

type Kept = Pick<Org, 'schema' | 'store' | 'cells'>

const ADMIN_ONLY: ReadonlySet<SystemRight> = new Set([
  'ModifyAllData',
  'ViewAllData',
  'BulkApiHardDelete',
  'UseAnyApiClient',
])
const BUILDERS_ONLY: ReadonlySet<SystemRight> = new Set(['CustomizeApplication', 'ModifyMetadata'])

/** Standard objects and fields are open by profile; custom ones only through an assigned permission set. */
export function createAccess(org: Kept, userId: string): Access {
  const sets = assignedSets(org, userId)
  const user = org.store.get('User', userId)?.values
  const profile = user?.['ProfileName']
  const isAdmin = profile === ADMIN_PROFILE
  const changes = changesFor(org, userId, user?.['Username'])
  const hasByProfile = (right: SystemRight): boolean => {
    if (ADMIN_ONLY.has(right)) return isAdmin
    return isAdmin || !BUILDERS_ONLY.has(right) || profile === INTEGRATION_PROFILE
  }
  const has = (right: SystemRight): boolean =>
    lastOf(changes, (change) => change.system?.[right]) ?? hasByProfile(right)
  const usesByProfile = (object: ObjectDefinition, right: ObjectRight): boolean => {
    if (object.name === 'PermissionSetAssignment') return right === 'read' || has('CustomizeApplication')
    if (object.setup) return right === 'read' || isAdmin
    return !object.custom || sets.some((set) => set.objects.get(object.name)?.[right] === true)
  }
  const grants = (object: ObjectDefinition, field: Field, right: 'read' | 'edit'): boolean => {
    if (!isPermissionable(field)) return true
    return sets.some((set) => {
      const grant = set.fields.get(grantName(object, field))
      return grant !== undefined && (grant.edit || (right === 'read' && grant.read))
    })
  }
  const fieldRight = (object: ObjectDefinition, field: Field, right: 'read' | 'edit'): boolean => {
    const name = `${object.name}.${field.name}`
    const said = lastOf(changes, (change) => (change.field === name ? change[right] : undefined))
    return said ?? grants(object, field, right)
  }
  const holds = (object: string, right: 'viewAll' | 'modifyAll'): boolean =>
    lastOf(changes, (change) => (change.object === object ? change[right] : undefined)) ??
    sets.some((set) => set.objects.get(object)?.[right] === true)
  const canChangeAll = (object: string): boolean => has('ModifyAllData') || holds(object, 'modifyAll')
  const canSeeAll = (object: string): boolean =>
    canChangeAll(object) || has('ViewAllData') || holds(object, 'viewAll')
  return {
    isAdmin,
    has,
    canUse: (object, right) =>
      lastOf(changes, (change) => (change.object === object.name ? change[right] : undefined)) ??
      usesByProfile(object, right),
    canRead: (object, field) => fieldRight(object, field, 'read'),
    canEdit: (object, field) => fieldRight(object, field, 'read') && fieldRight(object, field, 'edit'),
    canSeeAll,
    canSee: (record) => canSeeAll(record.object) || isShared(org, { record, userId, level: 'private' }),
    canChange: (record) => canChangeAll(record.object) || isShared(org, { record, userId, level: 'read' }),
    ...recordTypeAccess(changes),
  }
}

/** Record types are open to all, and the first is the usual one, unless an administrator says otherwise. */
function recordTypeAccess(
  changes: readonly PermissionChange[],
): Pick<Access, 'canUseRecordType' | 'defaultRecordType'> {
  const saidOf = (object: ObjectDefinition, name: string, right: 'visible' | 'isDefault') =>
    lastOf(changes, (change) => (change.recordType === `${object.name}.${name}` ? change[right] : undefined))
  const canUseRecordType: Access['canUseRecordType'] = (object, { developerName }) =>
    saidOf(object, developerName, 'visible') ?? true
  return {
    canUseRecordType,
    defaultRecordType: (object) => {
      if (saidOf(object, 'Master', 'isDefault') === true) return undefined
      const open = object.recordTypes.filter((type) => type.active && canUseRecordType(object, type))
      return open.find(({ developerName }) => saidOf(object, developerName, 'isDefault') === true) ?? open[0]
    },
  }
}

/** A person's field is granted with the contact's that it comes from. */
function grantName(object: ObjectDefinition, { name }: Field): string {
  return name.endsWith('__pc') ? `Contact.${name.replace(/__pc$/, '__c')}` : `${object.name}.${name}`
}

/** Required custom fields are always open; all others start closed to everyone, their creator included. */
export function isPermissionable(field: Field): boolean {
  return field.custom && !field.required && !field.nameField
}

function lastOf<T>(
  changes: readonly PermissionChange[],
  read: (change: PermissionChange) => T | undefined,
): T | undefined {
  let last: T | undefined
  for (const change of changes) last = read(change) ?? last
  return last
}

function changesFor(org: Kept, userId: string, username: unknown): readonly PermissionChange[] {
  const changes = org.cells.permissions.get()
  return changes.filter(({ user }) => user === undefined || user === userId || user === username)
}

/** True for the owner, a member of the owning queue, and where sharing is wider than `level`. */
function isShared(
  org: Kept,
  asked: { record: StoredRecord; userId: string; level: 'private' | 'read' },
): boolean {
  const { record, userId, level } = asked
  const model = org.cells.sharing.get()[record.object] ?? 'readwrite'
  const isOpen = model === 'readwrite' || (model === 'read' && level === 'private')
  const owner = record.values['OwnerId']
  return isOpen || owner === undefined || owner === userId || isMember(org, owner, userId)
}

function isMember(org: Kept, owner: unknown, userId: string): boolean {
  return [...org.store.all('GroupMember')].some(
    ({ values, deletedAtMs }) =>
      deletedAtMs === null && values['GroupId'] === owner && values['UserOrGroupId'] === userId,
  )
}

function assignedSets(org: Kept, userId: string): readonly PermissionSet[] {
  const names = new Set<unknown>()
  for (const assignment of org.store.all('PermissionSetAssignment')) {
    if (assignment.deletedAtMs !== null || assignment.values['AssigneeId'] !== userId) continue
    const set = org.store.get('PermissionSet', String(assignment.values['PermissionSetId']))
    names.add(set?.values['Name'])
  }
  return org.schema.permissionSets.filter((set) => names.has(set.name))
}
