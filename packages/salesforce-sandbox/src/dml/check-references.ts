import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import { toRecordId } from '../store/record-id.ts'
import type { FieldValue, FieldValues, StoredRecord } from '../store/stored-record.ts'
import { dmlError, pass, refuse, type Checked, type Dml, type DmlError } from './dml-result.ts'
import type { Input } from './read-input.ts'
import { resolveRecordType } from './record-types.ts'

/** Resolves every reference to an 18-character id of a living record that the field may point to. */
export function resolveReferences(
  dml: Dml,
  object: ObjectDefinition,
  input: Input,
): Checked<ReadonlyMap<Field, FieldValue>> {
  const resolved = new Map(input)
  for (const [field, value] of input) {
    // What the org fills in itself may name a record that is made along with this one.
    if (field.type !== 'reference' || typeof value !== 'string' || !field.createable) continue
    const id = resolveId(dml, { object, field, value })
    if (!id.ok) return id
    resolved.set(field, id.value)
  }
  return pass(resolved)
}

function resolveId(
  dml: Dml,
  given: { readonly object: ObjectDefinition; readonly field: Field; readonly value: string },
): Checked<FieldValue> {
  const { object, field, value } = given
  if (field.name === 'RecordTypeId') return resolveRecordType(dml, object, toRecordId(value) ?? value)
  const target = resolveReference(dml, field, value)
  if (!target.ok) return target
  const refused = field.name === 'OwnerId' ? checkOwner(dml, object, target.value) : undefined
  return refused ? refuse(refused) : pass(target.value.id)
}

function resolveReference(dml: Dml, field: Field, value: string): Checked<StoredRecord> {
  const fields = [field.name]
  const id = toRecordId(value)
  const object = id === undefined ? undefined : dml.org.schema.objectByPrefix(id.slice(0, 3))
  if (id === undefined || !object) {
    return refuse(
      dmlError('MALFORMED_ID', `${field.label}: id value of incorrect type: ${value}`, { fields }),
    )
  }
  if (!field.referenceTo.includes(object.name)) {
    const message = `${field.label}: id value of incorrect type: ${value}`
    return refuse(dmlError('FIELD_INTEGRITY_EXCEPTION', message, { fields }))
  }
  const target = dml.org.store.get(object.name, id)
  if (!target || target.deletedAtMs !== null) {
    return refuse(dmlError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', { fields }))
  }
  if (!dml.actor.access.canUse(object, 'read') || !dml.actor.access.canSee(target)) {
    const message = `insufficient access rights on cross-reference id: ${target.id.slice(0, 15)}`
    return refuse(dmlError('INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', message))
  }
  return pass(target)
}

function checkOwner(dml: Dml, object: ObjectDefinition, owner: StoredRecord): DmlError | undefined {
  if (owner.object === 'User') {
    if (owner.values['IsActive'] === true) return undefined
    const message = `operation performed with inactive user [${owner.id}] as owner of ${object.name.toLowerCase()}`
    return dmlError('INACTIVE_OWNER_OR_USER', message, { fields: ['OwnerId'] })
  }
  for (const entry of dml.org.store.all('QueueSobject')) {
    const serves = entry.values['QueueId'] === owner.id && entry.values['SobjectType'] === object.name
    if (serves && entry.deletedAtMs === null) return undefined
  }
  return dmlError('INVALID_OPERATION', 'Queue not associated with this SObject type', { fields: ['OwnerId'] })
}

/** A converted lead can no longer be pointed at: by a task's WhoId, or by a lookup of a custom object. */
export function findConvertedTarget(
  dml: Dml,
  input: Input,
  before: FieldValues | undefined,
): DmlError | undefined {
  for (const [field, value] of input) {
    const isNew = typeof value === 'string' && value !== before?.[field.name]
    if (!isNew || !field.referenceTo.includes('Lead')) continue
    if (dml.org.store.get('Lead', value)?.values['IsConverted'] === true) return convertedLead()
  }
  return undefined
}

export function convertedLead(): DmlError {
  return dmlError('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead')
}

/** Activities of a lead are related to nothing else. */
export function findActivityConflict(object: ObjectDefinition, values: FieldValues): DmlError | undefined {
  if (object.name !== 'Task' && object.name !== 'Event') return undefined
  const who = values['WhoId']
  const conflict = typeof who === 'string' && who.startsWith('00Q') && typeof values['WhatId'] === 'string'
  if (!conflict) return undefined
  return dmlError(
    'FIELD_INTEGRITY_EXCEPTION',
    'Related To ID: If related to a lead then WhatId must be blank',
    {
      fields: ['WhatId'],
    },
  )
}

/** A key field's value must be its only one among living records. */
export function findDuplicate(
  dml: Dml,
  saved: { readonly object: ObjectDefinition; readonly id: string | undefined; readonly input: Input },
): DmlError | undefined {
  for (const [field, value] of saved.input) {
    if (!field.unique || value === null) continue
    const others = dml.org.store.findBy(saved.object.name, field, value) ?? []
    const other = others.find((record) => record.deletedAtMs === null && record.id !== saved.id)
    if (other) return dml.actor.access.canSee(other) ? duplicateValue(field, other.id) : duplicateOfHidden()
  }
  return undefined
}

/** A permission set is assigned to a user once. */
export function findAssigned(dml: Dml, object: ObjectDefinition, values: FieldValues): DmlError | undefined {
  if (object.name !== 'PermissionSetAssignment') return undefined
  for (const { id, values: other, deletedAtMs } of dml.org.store.all(object.name)) {
    const isSame = ['AssigneeId', 'PermissionSetId'].every((name) => other[name] === values[name])
    if (isSame && deletedAtMs === null) {
      const message = `duplicate value found: PermissionSetId duplicates value on record with id: ${id.slice(0, 15)}`
      return dmlError('DUPLICATE_VALUE', message)
    }
  }
  return undefined
}

/** A lead or a contact is a member of a campaign once. */
export function findMembership(
  dml: Dml,
  object: ObjectDefinition,
  values: FieldValues,
): DmlError | undefined {
  if (object.name !== 'CampaignMember') return undefined
  const campaign = dml.org.schema.field(object, 'CampaignId')
  const members = campaign && dml.org.store.findBy(object.name, campaign, values['CampaignId'] ?? null)
  for (const { values: other, deletedAtMs } of members ?? []) {
    const isSame = ['LeadId', 'ContactId'].some((name) => values[name] && other[name] === values[name])
    if (isSame && deletedAtMs === null) return dmlError('DUPLICATE_VALUE', 'Already a campaign member.')
  }
  return undefined
}

/** A record that the user cannot see is in the way, and not named. */
function duplicateOfHidden(): DmlError {
  return dmlError(
    'DUPLICATE_VALUE',
    'duplicate value found: <unknown> duplicates value on record with id: <unknown>',
  )
}

export function duplicateValue(field: Field, otherId: string): DmlError {
  const other = otherId.slice(0, 15)
  return dmlError(
    'DUPLICATE_VALUE',
    `duplicate value found: ${field.name} duplicates value on record with id: ${other}`,
  )
}
