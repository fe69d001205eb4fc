import { dmlError, refuse, type Dml, type DmlResult } from '../dml/dml-result.ts'
import { saveMany } from '../dml/save-many.ts'
import { findKeyField, upsertRecord } from '../dml/upsert-record.ts'
import { fail, notFound, type Reply } from '../http/reply.ts'
import type { Field, ObjectDefinition } from '../schema/schema-model.ts'
import { toIndexKey } from '../store/field-index.ts'
import type { RecordBody } from '../dml/save-record.ts'
import { findObject, type ApiCall } from './api-call.ts'
import { answerMany, readCollection } from './collections.ts'

/** PATCH /composite/sobjects/{Type}/{Field} */
export function upsertMany(call: ApiCall): Reply {
  const object = findObject(call)
  if (!object) return notFound()
  const key = findKeyField(call.dml, object, call.params['field'] ?? '')
  if (!key.ok) return fail(key.error.status, { code: key.error.code, message: key.error.message })
  const request = readCollection(call)
  if ('status' in request) return request
  const rows = request.records.map((record) => splitKey(record, key.value))
  const repeated = findRepeated(rows, key.value)
  const run = (dml: Dml, row: Row): DmlResult => {
    if (repeated.has(row.identity)) {
      const message = `Duplicate external id specified: ${String(row.value)}`
      return refuse(dmlError('DUPLICATE_VALUE', message, { fields: [key.value.name] }))
    }
    return upsertRow(dml, { object, key: key.value }, row)
  }
  const writes = rows.map((row) => ({ object: object.name, run: (dml: Dml) => run(dml, row) }))
  return answerMany(call, saveMany(call.dml, writes, request.allOrNone), true)
}

interface Row {
  readonly value: unknown
  /** The key as it is compared; undefined when the row has none. */
  readonly identity: unknown
  readonly body: RecordBody
}

function splitKey(record: RecordBody, key: Field): Row {
  const entries = Object.entries(record)
  const isKey = ([name]: readonly [string, unknown]): boolean => name.toLowerCase() === key.name.toLowerCase()
  const value = entries.find(isKey)?.[1]
  const identity = typeof value === 'string' ? toIndexKey(key, value.trim()) : (value ?? undefined)
  return { value, identity, body: Object.fromEntries(entries.filter((entry) => !isKey(entry))) }
}

function findRepeated(rows: readonly Row[], key: Field): ReadonlySet<unknown> {
  if (key.name === 'Id') return new Set()
  const groups = Map.groupBy(rows, (row) => row.identity)
  groups.delete(undefined)
  return new Set([...groups].filter(([, group]) => group.length > 1).map(([identity]) => identity))
}

function upsertRow(dml: Dml, target: { object: ObjectDefinition; key: Field }, row: Row): DmlResult {
  const { key } = target
  if (key.name !== 'Id' && (row.value === undefined || row.value === null)) {
    return refuse(dmlError('MISSING_ARGUMENT', `${key.name} not specified`))
  }
  return upsertRecord(dml, { ...target, value: row.value, body: row.body })
}
