import { z } from 'zod'
import { deleteRecord } from '../dml/delete-record.ts'
import { dmlError, refuse, type Dml, type DmlResult } from '../dml/dml-result.ts'
import { saveMany } from '../dml/save-many.ts'
import { createRecord, updateRecord, type RecordBody } from '../dml/save-record.ts'
import { fail, failDml, json, type Reply } from '../http/reply.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import { toRecordId } from '../store/record-id.ts'
import { enqueuedOf, findObject, noteResult, readJsonBody, type ApiCall } from './api-call.ts'

export const MAX_RECORDS = 200
const MAX_TYPE_RUNS = 10

const requestSchema = z.object({
  allOrNone: z.boolean().default(false),
  records: z.array(z.looseObject({ attributes: z.looseObject({ type: z.string() }).optional() })),
})

export type CollectionRequest = z.infer<typeof requestSchema>

/** The request, or the answer that refuses it as a whole. */
export function readCollection(call: ApiCall): CollectionRequest | Reply {
  const body = readJsonBody(call.request)
  if (!body.ok) return failDml(body.error)
  const parsed = requestSchema.safeParse(body.value)
  if (!parsed.success) {
    return fail(400, { code: 'JSON_PARSER_ERROR', message: z.prettifyError(parsed.error) })
  }
  return parsed.data.records.length > MAX_RECORDS ? tooMany() : parsed.data
}

export function tooMany(): Reply {
  return fail(400, {
    code: 'EXCEEDED_ID_LIMIT',
    message: `record limit reached. cannot submit more than ${MAX_RECORDS} records into this call`,
  })
}

/** POST /composite/sobjects */
export function createMany(call: ApiCall): Reply {
  return saveTyped(call, (dml, object, record) => createRecord(dml, object, record))
}

/** PATCH /composite/sobjects; the id may be spelled `id` or `Id`. */
export function updateMany(call: ApiCall): Reply {
  return saveTyped(call, (dml, object, record) => {
    const id = record['id'] ?? record['Id']
    if (typeof id !== 'string')
      return refuse(dmlError('MISSING_ARGUMENT', 'Id not specified in an update call'))
    return updateRecord(dml, object, { id, body: record })
  })
}

type Save = (dml: Dml, object: ObjectDefinition, record: RecordBody) => DmlResult

function saveTyped(call: ApiCall, save: Save): Reply {
  const request = readCollection(call)
  if ('status' in request) return request
  const types = request.records.map((record) => record.attributes?.type)
  if (types.includes(undefined)) {
    return fail(400, { code: 'INVALID_INPUT', message: 'attributes.type is missing in a record' })
  }
  if (countRuns(types) > MAX_TYPE_RUNS) {
    return fail(400, {
      code: 'LIMIT_EXCEEDED',
      message: `Cannot have more than ${MAX_TYPE_RUNS} chunks in a single operation. Please rearrange the data to reduce chunking.`,
    })
  }
  call.trace.object = types[0] ?? null
  const writes = request.records.map((record) => {
    const type = record.attributes?.type ?? ''
    const object = findObject(call, type)
    const unknown = refuse(dmlError('INVALID_TYPE', `sObject type '${type}' is not supported.`))
    return { object: type, run: (dml: Dml) => (object ? save(dml, object, record) : unknown) }
  })
  return answerMany(call, saveMany(call.dml, writes, request.allOrNone))
}

function countRuns(types: readonly unknown[]): number {
  return types.filter((type, index) => index === 0 || type !== types[index - 1]).length
}

/** DELETE /composite/sobjects?ids=a,b&allOrNone= */
export function deleteMany(call: ApiCall): Reply {
  const ids = (call.request.query.get('ids') ?? '').split(',').filter(Boolean)
  if (ids.length > MAX_RECORDS) return tooMany()
  const writes = ids.map((id) => ({
    object: id.slice(0, 3),
    run: (dml: Dml) => deleteByPrefix(dml, id),
  }))
  return answerMany(call, saveMany(call.dml, writes, call.request.query.get('allOrNone') === 'true'))
}

function deleteByPrefix(dml: Dml, text: string): DmlResult {
  const object = dml.org.schema.objectByPrefix((toRecordId(text) ?? '').slice(0, 3))
  if (!object) return refuse(dmlError('MALFORMED_ID', `malformed id ${text}`))
  return deleteRecord(dml, object, text)
}

/** 200 with one result for each record, in request order, whatever became of them. */
export function answerMany(call: ApiCall, results: readonly DmlResult[], withCreated = false): Reply {
  for (const result of results) noteResult(call.trace, result)
  return json(
    200,
    results.map((result) => {
      if (result.ok) {
        const { id, created } = result
        return { id, success: true, errors: enqueuedOf(result), ...(withCreated ? { created } : {}) }
      }
      const { code, message, fields } = result.error
      const failure = { success: false, errors: [{ statusCode: code, message, fields }] }
      return result.id === undefined ? failure : { id: result.id, ...failure }
    }),
  )
}
