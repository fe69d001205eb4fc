import { deleteRecord } from '../dml/delete-record.ts'
import { parseFieldValue } from '../dml/parse-value.ts'
import { createRecord } from '../dml/save-record.ts'
import { findByKey, findKeyField, upsertRecord } from '../dml/upsert-record.ts'
import { empty, failDml, json, notFound, type Reply } from '../http/reply.ts'
import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import { toRecordId } from '../store/record-id.ts'
import { findObject, noteResult, readJsonBody, type ApiCall } from './api-call.ts'
import { renderOne } from './single-record.ts'

/** From this version on an upsert that updates answers 200 with a body, before it 204. */
const UPSERT_BODY_VERSION = 46

/** PATCH /sobjects/X/{field}/{value} */
export function upsertOne(call: ApiCall): Reply {
  const target = findTarget(call)
  if ('status' in target) return target
  const body = readJsonBody(call.request)
  if (!body.ok) return failDml(body.error)
  const { object, key } = target
  const result = upsertRecord(call.dml, {
    object,
    key,
    value: call.params['value'] ?? '',
    body: body.value,
    updateOnly: call.request.query.get('updateOnly') === 'true',
  })
  noteResult(call.trace, result)
  if (!result.ok) return result.matches ? listMatches(call, object, result.matches) : failDml(result.error)
  if (!result.created && call.version < UPSERT_BODY_VERSION) return empty(204)
  const { id, created } = result
  return json(created ? 201 : 200, { id, success: true, errors: [], created })
}

/** POST /sobjects/X/Id inserts. */
export function insertOne(call: ApiCall): Reply {
  const object = findObject(call)
  if (!object || call.params['id']?.toLowerCase() !== 'id') return notFound()
  const body = readJsonBody(call.request)
  if (!body.ok) return failDml(body.error)
  const result = createRecord(call.dml, object, body.value)
  noteResult(call.trace, result)
  return result.ok
    ? json(201, { id: result.id, success: true, errors: [], created: true })
    : failDml(result.error)
}

/** GET /sobjects/X/{field}/{value} */
export function readByKey(call: ApiCall): Reply {
  return withMatch(call, (object, id) => {
    const record = call.org.store.get(object.name, id)
    call.trace.ids.push(id)
    return record ? renderOne(call, object, record) : notFound()
  })
}

/** DELETE /sobjects/X/{field}/{value} */
export function deleteByKey(call: ApiCall): Reply {
  return withMatch(call, (object, id) => {
    const result = deleteRecord(call.dml, object, id)
    noteResult(call.trace, result)
    return result.ok ? empty(204) : failDml(result.error)
  })
}

function withMatch(call: ApiCall, use: (object: ObjectDefinition, id: string) => Reply): Reply {
  const target = findTarget(call)
  if ('status' in target) return target
  const { object, key } = target
  const matches = findMatches(call, object, key)
  const [id] = matches
  if (matches.length > 1) return listMatches(call, object, matches)
  return id === undefined ? notFound() : use(object, id)
}

function findMatches(call: ApiCall, object: ObjectDefinition, key: Field): readonly string[] {
  const text = call.params['value'] ?? ''
  if (key.name === 'Id') {
    const record = call.org.store.get(object.name, toRecordId(text) ?? '')
    return record && record.deletedAtMs === null ? [record.id] : []
  }
  const value = parseFieldValue(key, text)
  return value.ok ? findByKey(call.dml, { object, key, value: value.value }) : []
}

function findTarget(call: ApiCall): { readonly object: ObjectDefinition; readonly key: Field } | Reply {
  const object = findObject(call)
  if (!object) return notFound()
  const key = findKeyField(call.dml, object, call.params['field'] ?? '')
  if (!key.ok) {
    const { code, message, status } = key.error
    return json(status, [{ message, errorCode: code }])
  }
  return { object, key: key.value }
}

/** Several records have the key: nothing is done, and the answer lists them. */
function listMatches(call: ApiCall, object: ObjectDefinition, ids: readonly string[]): Reply {
  return json(
    300,
    ids.map((id) => `${call.base}/sobjects/${object.name}/${id}`),
  )
}
