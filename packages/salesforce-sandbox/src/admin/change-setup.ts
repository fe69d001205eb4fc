import { z } from 'zod'
import { permissionSchema, type PermissionChange } from '../access/permission-change.ts'
import { insertRecord } from '../dml/write-record.ts'
import type { Component } from '../metadata/component.ts'
import { putComponents } from '../metadata/change-schema.ts'
import { findProblem } from '../metadata/edit-components.ts'
import { toMetadataTexts } from '../metadata/metadata-text.ts'
import { findUser } from '../oauth/users.ts'
import type { Org } from '../org.ts'
import { insertSetup, systemActor } from '../store/load-fixtures.ts'
import { buildRecordId } from '../store/record-id.ts'
import type { FieldValues, StoredRecord } from '../store/stored-record.ts'
import { AdminError } from './admin-error.ts'

/** Gives or takes rights; describe changes with it. */
export function changePermission(org: Org, change: PermissionChange): void {
  org.cells.permissions.set([...org.cells.permissions.get(), permissionSchema.parse(change)])
  org.state.set('permissionsChangedMs', String(org.clock.nowMs()))
}

export const userSchema = z.strictObject({
  username: z.string(),
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  email: z.string().optional(),
  profile: z.string().optional(),
  isActive: z.boolean().default(true),
})

/** Creates a user, or changes the one of this name. Ownership stays when a user is deactivated. */
export function putUser(org: Org, given: z.input<typeof userSchema>): string {
  const user = userSchema.parse(given)
  const values = withoutGaps({
    FirstName: user.firstName,
    LastName: user.lastName,
    Email: user.email,
    ProfileName: user.profile,
    IsActive: user.isActive,
  })
  const known = findUser(org, user.username)
  if (known) return writeRaw(org, { object: 'User', id: known.id, values })
  return insertSetup(org, 'User', {
    LastName: user.username,
    Email: user.username,
    ...values,
    Username: user.username,
  })
}

function withoutGaps(values: Record<string, string | boolean | undefined>): FieldValues {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return Object.fromEntries(given)
}

export const queueSchema = z.strictObject({
  name: z.string(),
  objects: z.array(z.string()).default(['Lead']),
  /** Ids or user names. */
  members: z.array(z.string()).default([]),
})

export function addQueue(org: Org, given: z.input<typeof queueSchema>): string {
  const { name, objects, members } = queueSchema.parse(given)
  const developerName = name.replace(/\W+/g, '_')
  const id = insertSetup(org, 'Group', { Name: name, DeveloperName: developerName, Type: 'Queue' })
  for (const object of objects) insertSetup(org, 'QueueSobject', { QueueId: id, SobjectType: object })
  for (const member of members) {
    const user = findUser(org, member)
    if (!user) throw new AdminError(`there is no user ${member}`)
    insertSetup(org, 'GroupMember', { GroupId: id, UserOrGroupId: user.id })
  }
  return id
}

export const fieldSchema = z.strictObject({
  object: z.string(),
  /** As in a field-meta.xml; without it the field is removed. */
  field: z.looseObject({ fullName: z.string() }),
})

/** Adds or changes a custom field, visible to nobody yet, or removes it. */
export function changeField(
  org: Org,
  change: {
    readonly object: string
    readonly field: { readonly fullName: string }
    readonly isRemoved?: boolean
  },
): void {
  const component: Component = {
    type: 'CustomField',
    fullName: `${change.object}.${change.field.fullName}`,
    body: toMetadataTexts({ ...change.field }),
    origin: null,
    isRemoved: change.isRemoved === true,
  }
  putComponents(org, [component])
}

export const recordTypeSchema = z.strictObject({
  object: z.string(),
  /** As in a recordType-meta.xml. */
  recordType: z.looseObject({ fullName: z.string(), label: z.string() }),
})

export function putRecordType(
  org: Org,
  change: { readonly object: string; readonly recordType: { readonly fullName: string } },
): void {
  const fullName = `${change.object}.${change.recordType.fullName}`
  const body = toMetadataTexts({ ...change.recordType })
  const component = { type: 'RecordType', fullName, body, origin: null, isRemoved: false }
  const problem = findProblem(org, component)
  if (problem) throw new AdminError(problem.message)
  putComponents(org, [component])
}

export const rawSchema = z.strictObject({
  object: z.string(),
  id: z.string().optional(),
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})

/** Writes a record as it is told: no rules, no rights, no change event. Returns its id. */
export function writeRaw(org: Org, raw: z.infer<typeof rawSchema>): string {
  const object = org.schema.object(raw.object)
  if (!object) throw new AdminError(`there is no object ${raw.object}`)
  const { actor } = systemActor(org)
  const before = raw.id === undefined ? undefined : org.store.get(object.name, raw.id)
  if (!before) {
    const dml = { org, actor: { ...actor, via: 'raw' } }
    return insertRecord(dml, object, raw.values).record.id
  }
  const now = String(before.values['SystemModstamp'])
  const record: StoredRecord = {
    ...before,
    values: { ...before.values, ...raw.values },
    version: before.version + 1,
  }
  const changes = Object.entries(raw.values).map(([name, to]) => [
    name,
    { from: before.values[name] ?? null, to },
  ])
  org.store.put(record, {
    id: record.id,
    version: record.version,
    event: 'update',
    at: now,
    by: actor.userId,
    via: 'raw',
    client: null,
    changes: Object.fromEntries(changes),
  })
  return record.id
}

/** Every token is dead, and the org has another id: a copy of production over this sandbox. */
export function refreshSandbox(org: Org): string {
  const count = org.state.next('counter:refresh') + 1
  const orgId = buildRecordId('00D', count)
  for (const prefix of ['access:', 'refresh:', 'code:']) {
    for (const key of org.state.keys(prefix)) org.state.delete(key)
  }
  org.cells.auth.set({ ...org.cells.auth.get(), orgId })
  return orgId
}
