import type { ObjectDefinition } from '../schema/schema-model.ts'
import { toRecordId } from '../store/record-id.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import { duplicateValue } from './check-references.ts'
import { dmlError, refuse, type Dml, type DmlResult } from './dml-result.ts'
import { findLock } from '../rules/record-locks.ts'
import { lockedIds } from './apply-rules.ts'
import { rollUp } from './roll-up.ts'
import { findTarget, noAccess } from './save-record.ts'
import { changeRecord } from './write-record.ts'

/** Moves a record, and the children that live with it, to the recycle bin. */
export function deleteRecord(dml: Dml, object: ObjectDefinition, id: string): DmlResult {
  const fault = dml.org.faults.onRecord({
    op: 'delete',
    object: object.name,
    values: { Id: id },
    userId: dml.actor.userId,
    nowMs: dml.org.clock.nowMs(),
    rows: dml.chunkRows ?? 1,
  })
  if (fault) return refuse(fault)
  const found = findTarget(dml, object, id)
  if (!found.ok) return { ...found, id: toRecordId(id) }
  if (object.name === 'Contact' && found.value.values['IsPersonAccount'] === true) {
    const message = 'the contact of a person account is deleted with its account'
    return { ...refuse(dmlError('DELETE_FAILED', message)), id: found.value.id }
  }
  const { access } = dml.actor
  if (!object.deletable || !access.canUse(object, 'delete') || !access.canChange(found.value)) {
    return { ...refuse(noAccess()), id: found.value.id }
  }
  const locked = findLock(dml.org, {
    ids: lockedIds(object, found.value, found.value.values),
    costMs: 0,
  })
  if (locked) return { ...refuse(locked), id: found.value.id }
  discard(dml, object, found.value)
  return { ok: true, id: found.value.id, created: false, changed: true }
}

function discard(dml: Dml, object: ObjectDefinition, record: StoredRecord): void {
  const deletedAtMs = dml.org.clock.nowMs()
  const { record: deleted } = changeRecord(dml, record, { object, values: {}, event: 'delete', deletedAtMs })
  rollUp(dml, object, { before: record, after: deleted })
  for (const child of childrenOf(dml, object, record.id)) {
    if (child.record.deletedAtMs === null) discard(dml, child.object, child.record)
  }
}

/** Deletes a record for good, out of the bin or past it. */
export function hardDeleteRecord(dml: Dml, object: ObjectDefinition, text: string): DmlResult {
  const id = toRecordId(text) ?? ''
  const binned = dml.org.store.get(object.name, id)
  const isBinned = binned !== undefined && binned.deletedAtMs !== null
  const deleted: DmlResult = isBinned
    ? { ok: true, id, created: false, changed: true }
    : deleteRecord(dml, object, text)
  if (deleted.ok) purgeRecord(dml, object, deleted.id)
  return deleted
}

/** Takes a deleted record, and the children that went with it, out of the recycle bin. */
export function purgeRecord(dml: Dml, object: ObjectDefinition, id: string): void {
  const record = dml.org.store.get(object.name, id)
  if (!record || record.deletedAtMs === null) return
  const children = childrenOf(dml, object, id).filter(
    (child) => child.record.deletedAtMs === record.deletedAtMs,
  )
  changeRecord(dml, record, { object, values: {}, event: 'purge', isPurged: true })
  for (const child of children) purgeRecord(dml, child.object, child.record.id)
}

/** Brings a record back with the children that went with it. */
export function undeleteRecord(dml: Dml, object: ObjectDefinition, text: string): DmlResult {
  const id = toRecordId(text)
  const record = id === undefined ? undefined : dml.org.store.get(object.name, id)
  if (!record)
    return refuse(dmlError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', { status: 404 }))
  if (record.deletedAtMs === null) {
    return refuse(dmlError('UNDELETE_FAILED', 'Entity is not in the recycle bin'))
  }
  const conflict = findTakenKey(dml, object, record)
  if (conflict) return { ...refuse(conflict), id: record.id }
  revive(dml, object, record)
  return { ok: true, id: record.id, created: false, changed: true }
}

function findTakenKey(
  dml: Dml,
  object: ObjectDefinition,
  record: StoredRecord,
): ReturnType<typeof dmlError> | undefined {
  for (const field of object.fields) {
    const value = record.values[field.name] ?? null
    if (!field.unique || value === null) continue
    const taken = dml.org.store.findBy(object.name, field, value)?.find((other) => other.deletedAtMs === null)
    if (taken) return duplicateValue(field, taken.id)
  }
  return undefined
}

function revive(dml: Dml, object: ObjectDefinition, record: StoredRecord): void {
  // A merged record that comes back is a record of its own again.
  const values = 'MasterRecordId' in record.values ? { MasterRecordId: null } : {}
  const { record: living } = changeRecord(dml, record, {
    object,
    values,
    event: 'undelete',
    deletedAtMs: null,
  })
  rollUp(dml, object, { before: record, after: living })
  for (const child of childrenOf(dml, object, record.id)) {
    if (child.record.deletedAtMs === record.deletedAtMs) revive(dml, child.object, child.record)
  }
}

function childrenOf(
  dml: Dml,
  parent: ObjectDefinition,
  parentId: string,
): { readonly object: ObjectDefinition; readonly record: StoredRecord }[] {
  return dml.org.schema.objects.flatMap((object) =>
    object.fields
      .filter((field) => field.cascadeDelete && field.referenceTo.includes(parent.name))
      .flatMap((field) => dml.org.store.findBy(object.name, field, parentId) ?? [])
      .map((record) => ({ object, record })),
  )
}
