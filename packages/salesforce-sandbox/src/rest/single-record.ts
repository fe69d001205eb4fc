import { parseDateTimeMs } from '../clock.ts'
import { deleteRecord } from '../dml/delete-record.ts'
import { dmlError, pass, refuse, type Checked, type DmlResult } from '../dml/dml-result.ts'
import { noSuchColumn } from '../dml/read-input.ts'
import { createRecord, updateRecord } from '../dml/save-record.ts'
import { headerOf } from '../http/http-request.ts'
import { empty, fail, failDml, json, notFound, type Reply } from '../http/reply.ts'
import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import { renderField } from '../soql/render-field.ts'
import { attributesOf } from '../soql/render-record.ts'
import { toRecordId } from '../store/record-id.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import { enqueuedOf, findObject, noteResult, readJsonBody, type ApiCall } from './api-call.ts'

/** POST /sobjects/X */
export function createOne(call: ApiCall): Reply {
  const object = findObject(call)
  if (!object) return notFound()
  const body = readJsonBody(call.request)
  if (!body.ok) return failDml(body.error)
  const result = createRecord(call.dml, object, body.value)
  noteResult(call.trace, result)
  if (!result.ok) return failDml(result.error)
  const location = `${call.base}/sobjects/${object.name}/${result.id}`
  return json(201, { id: result.id, success: true, errors: enqueuedOf(result) }, { location })
}

/** PATCH /sobjects/X/{id} */
export function updateOne(call: ApiCall): Reply {
  const object = findObject(call)
  if (!object) return notFound()
  const body = readJsonBody(call.request)
  if (!body.ok) return failDml(body.error)
  const id = call.params['id'] ?? ''
  if (isChangedSince(call, object, id)) {
    return fail(412, {
      code: 'PRECONDITION_FAILED',
      message: 'The record was changed after If-Unmodified-Since',
    })
  }
  const given = Object.keys(body.value).find((name) => name.toLowerCase() === 'id')
  if (given !== undefined) {
    const message = `The ${given} field should not be specified in the sobject data.`
    return failDml(dmlError('INVALID_FIELD', message, { fields: [given] }))
  }
  return answerWrite(call, updateRecord(call.dml, object, { id, body: body.value }))
}

/** DELETE /sobjects/X/{id} */
export function deleteOne(call: ApiCall): Reply {
  const object = findObject(call)
  if (!object) return notFound()
  return answerWrite(call, deleteRecord(call.dml, object, call.params['id'] ?? ''))
}

function answerWrite(call: ApiCall, result: DmlResult): Reply {
  noteResult(call.trace, result)
  return result.ok ? empty(204) : failDml(result.error)
}

function isChangedSince(call: ApiCall, object: ObjectDefinition, text: string): boolean {
  const sinceMs = Date.parse(headerOf(call.request, 'if-unmodified-since') ?? '')
  const record = call.org.store.get(object.name, toRecordId(text) ?? '')
  if (Number.isNaN(sinceMs) || !record) return false
  return (parseDateTimeMs(String(record.values['LastModifiedDate'])) ?? 0) > sinceMs
}

/** GET /sobjects/X/{id} */
export function readOne(call: ApiCall): Reply {
  const object = findObject(call)
  if (!object) return notFound()
  const text = call.params['id'] ?? ''
  const id = toRecordId(text)
  if (id === undefined) {
    const message = `Provided external ID field does not exist or is not accessible: ${text}`
    return fail(404, { code: 'NOT_FOUND', message })
  }
  const record = call.org.store.get(object.name, id)
  if (!record || !call.dml.actor.access.canSee(record)) return notFound()
  if (record.deletedAtMs !== null) {
    return failDml(dmlError('ENTITY_IS_DELETED', 'entity is deleted', { status: 404 }))
  }
  call.trace.ids.push(id)
  return renderOne(call, object, record)
}

/** The record with the fields asked for, or with all that the user can read; 304 when it has not changed since. */
export function renderOne(call: ApiCall, object: ObjectDefinition, record: StoredRecord): Reply {
  const sinceMs = Date.parse(headerOf(call.request, 'if-modified-since') ?? '')
  const modifiedMs = parseDateTimeMs(String(record.values['LastModifiedDate'])) ?? 0
  if (sinceMs >= modifiedMs) return empty(304)
  const fields = selectFields(call, object, call.request.query.get('fields'))
  if (!fields.ok) return failDml(fields.error)
  return json(200, renderFields(call, record, fields.value))
}

export function renderFields(
  call: ApiCall,
  record: StoredRecord,
  fields: readonly Field[],
): Record<string, unknown> {
  return {
    attributes: attributesOf(call.base, record),
    ...Object.fromEntries(fields.map((field) => [field.name, renderField(record, field)])),
  }
}

/** Fields by a list of names; all readable ones when there is no list. */
export function selectFields(
  call: ApiCall,
  object: ObjectDefinition,
  list: string | null,
): Checked<readonly Field[]> {
  const { access } = call.dml.actor
  if (list === null) return pass(object.fields.filter((field) => access.canRead(object, field)))
  const fields: Field[] = []
  for (const name of list.split(',').map((part) => part.trim())) {
    const field = call.org.schema.field(object, name)
    if (!field || !access.canRead(object, field)) return refuse(noSuchColumn(name, object))
    fields.push(field)
  }
  return pass(fields)
}
