import type { ObjectDefinition } from '../schema/schema-model.ts'
import { toRecordId } from '../store/record-id.ts'
import type { FieldValues, StoredRecord } from '../store/stored-record.ts'
import {
  convertedLead,
  findActivityConflict,
  findAssigned,
  findConvertedTarget,
  findDuplicate,
  findMembership,
  resolveReferences,
} from './check-references.ts'
import { findMissing, findUnfit } from './check-values.ts'
import {
  dmlError,
  pass,
  refuse,
  type Checked,
  type Dml,
  type DmlError,
  type DmlResult,
} from './dml-result.ts'
import { publishEvent } from '../events/publish-event.ts'
import { isInApproval } from '../rules/record-locks.ts'
import { runAfter } from '../rules/run-automations.ts'
import { applyRules } from './apply-rules.ts'
import { checkPerson, mirrorPerson } from './person-account.ts'
import { readInput, toValues, type Input } from './read-input.ts'
import { resolveStates } from './resolve-states.ts'
import { findForeignValue } from './record-types.ts'
import { rollUp } from './roll-up.ts'
import { changeRecord, insertRecord } from './write-record.ts'

export type RecordBody = Readonly<Record<string, unknown>>

const BYTES_PER_RECORD = 2048

/** Creates one record through every rule, in the order in which the platform reports them. */
export function createRecord(dml: Dml, object: ObjectDefinition, body: RecordBody): DmlResult {
  if (object.isEvent) return publish(dml, object, body)
  const checked = checkSave(dml, { object, body, before: undefined })
  if (!checked.ok) return checked
  const { record } = insertRecord(dml, object, toValues(checked.value))
  mirrorPerson(dml, record)
  rollUp(dml, object, { before: undefined, after: record })
  runAfter(dml, record, { object, mode: 'create' })
  return { ok: true, id: record.id, created: true, changed: true }
}

/** A platform event is checked by its fields alone, and on its way at once. */
function publish(dml: Dml, object: ObjectDefinition, body: RecordBody): DmlResult {
  const input = readFit(dml, { object, body, before: undefined })
  if (!input.ok) return input
  if (!mayWrite(dml, { object, body, before: undefined })) return refuse(noAccess())
  const { userId } = dml.actor
  const { id, uuid } = publishEvent(dml.org, { object, values: toValues(input.value), userId })
  return { ok: true, id, created: true, changed: true, enqueued: uuid }
}

/** Updates one record by its 15 or 18-character id. */
export function updateRecord(
  dml: Dml,
  object: ObjectDefinition,
  change: { readonly id: string; readonly body: RecordBody },
): DmlResult {
  const found = findTarget(dml, object, change.id)
  if (!found.ok) return { ...found, id: toRecordId(change.id) }
  const checked = checkSave(dml, { object, body: change.body, before: found.value })
  if (!checked.ok) return { ...checked, id: found.value.id }
  const { record, changed } = changeRecord(dml, found.value, { object, values: toValues(checked.value) })
  if (changed) mirrorPerson(dml, record)
  rollUp(dml, object, { before: found.value, after: record })
  runAfter(dml, record, { object, mode: 'update' })
  return { ok: true, id: record.id, created: false, changed }
}

/** The living record that an update or delete names. */
export function findTarget(dml: Dml, object: ObjectDefinition, text: string): Checked<StoredRecord> {
  const id = toRecordId(text)
  if (id === undefined || !id.startsWith(object.keyPrefix)) {
    const message = `${object.label} ID: id value of incorrect type: ${text}`
    return refuse(dmlError('MALFORMED_ID', message, { fields: ['Id'] }))
  }
  const record = dml.org.store.get(object.name, id)
  if (!record) {
    return refuse(dmlError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', { status: 404 }))
  }
  if (record.deletedAtMs !== null) {
    return refuse(dmlError('ENTITY_IS_DELETED', 'entity is deleted', { status: 404 }))
  }
  return pass(record)
}

export function noAccess(): DmlError {
  return dmlError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id', {
    status: 403,
  })
}

interface Save {
  readonly object: ObjectDefinition
  readonly body: RecordBody
  readonly before: StoredRecord | undefined
}

/** The stages of a save; the first that fails is the answer. */
function checkSave(dml: Dml, save: Save): Checked<Input> {
  const { object, body, before } = save
  const mode = before ? 'update' : 'create'
  const fault = dml.org.faults.onRecord({
    op: mode,
    object: object.name,
    values: body,
    userId: dml.actor.userId,
    nowMs: dml.org.clock.nowMs(),
    rows: dml.chunkRows ?? 1,
  })
  if (fault) return refuse(fault)
  const input = readFit(dml, save)
  if (!input.ok) return input
  const resolved = resolveReferences(dml, object, input.value)
  if (!resolved.ok) return resolved
  const refused = findRefusal(dml, save, resolved.value)
  return refused ? refuse(refused) : checkRules(dml, save, resolved.value)
}

/** The fields that are given, of the right form, with none that is required left out. */
function readFit(dml: Dml, { object, body, before }: Save): Checked<Input> {
  const given = readInput({ dml, object, mode: before ? 'update' : 'create' }, body)
  const person = given.ok ? checkPerson(dml, { object, input: given.value, before }) : given
  const input = person.ok
    ? resolveStates(dml, { object, input: person.value, before: before?.values })
    : person
  if (!input.ok) return input
  const unfit = findMissing(object, input.value, before?.values) ?? findUnfit(input.value)
  return unfit ? refuse(unfit) : input
}

/** The stages after the platform's own: the org's rules, then what must be unique, then room. */
function checkRules(dml: Dml, { object, before }: Save, input: Input): Checked<Input> {
  const ruled = applyRules(dml, { object, before }, input)
  if (!ruled.ok) return ruled
  const clash =
    findDuplicate(dml, { object, id: before?.id, input: ruled.value }) ??
    findAssigned(dml, object, toValues(ruled.value)) ??
    (before ? undefined : findMembership(dml, object, toValues(ruled.value))) ??
    findFullStorage(dml, before)
  return clash ? refuse(clash) : ruled
}

function findRefusal(dml: Dml, save: Save, input: Input): DmlError | undefined {
  const { object, before } = save
  const merged: FieldValues = { ...before?.values, ...toValues(input) }
  if (!mayWrite(dml, save)) return noAccess()
  if (before && isInApproval(dml.org, before.id)) {
    return dmlError('ENTITY_IS_LOCKED', 'the entity is locked for editing')
  }
  return (
    findForeignValue(dml, object, { input, values: merged }) ??
    findActivityConflict(object, merged) ??
    findConverted(dml, input, before)
  )
}

function findConverted(dml: Dml, input: Input, before: StoredRecord | undefined): DmlError | undefined {
  if (before?.values['IsConverted'] === true) return convertedLead()
  return findConvertedTarget(dml, input, before?.values)
}

function mayWrite(dml: Dml, save: Save): boolean {
  const { object, before } = save
  const possible = before ? object.updateable : object.createable
  const { access } = dml.actor
  return (
    possible && access.canUse(object, before ? 'edit' : 'create') && (!before || access.canChange(before))
  )
}

function findFullStorage(dml: Dml, before: StoredRecord | undefined): DmlError | undefined {
  const maxMB = dml.org.cells.limits.get().dataStorageMB ?? dml.org.settings.limits.dataStorageMB
  const maxBytes = maxMB * 2 ** 20
  const isFull = !before && dml.org.store.count() * BYTES_PER_RECORD >= maxBytes
  return isFull ? dmlError('STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded') : undefined
}
