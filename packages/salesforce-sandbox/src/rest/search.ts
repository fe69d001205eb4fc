import { attributesOf } from '../soql/render-record.ts'
import { fail, json, type Reply } from '../http/reply.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import { findObject, type ApiCall } from './api-call.ts'
import { renderFields, selectFields } from './single-record.ts'

const SEARCHED = ['Name', 'Email', 'Company', 'Website', 'Phone']
const MAX_FOUND = 200

/** GET /parameterizedSearch?q=&sobject=Lead&Lead.fields=Id,Email: every word must occur in one of the name fields. */
export function parameterizedSearch(call: ApiCall): Reply {
  const { query } = call.request
  const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return fail(400, { code: 'MALFORMED_SEARCH', message: 'q is missing' })
  const searchRecords: object[] = []
  for (const name of query.getAll('sobject')) {
    const object = findObject(call, name)
    if (!object)
      return fail(400, { code: 'INVALID_TYPE', message: `sObject type '${name}' is not supported.` })
    const fields = selectFields(call, object, query.get(`${name}.fields`) ?? query.get('fields') ?? 'Id')
    if (!fields.ok) return fail(400, { code: fields.error.code, message: fields.error.message })
    for (const record of findRecords(call, object, words)) {
      searchRecords.push({
        ...renderFields(call, record, fields.value),
        attributes: attributesOf(call.base, record),
      })
    }
  }
  return json(200, { searchRecords: searchRecords.slice(0, MAX_FOUND) })
}

function findRecords(
  call: ApiCall,
  object: ObjectDefinition,
  words: readonly string[],
): readonly StoredRecord[] {
  const { access } = call.dml.actor
  return [...call.org.store.all(object.name)].filter((record) => {
    if (record.deletedAtMs !== null || !access.canSee(record)) return false
    const text = SEARCHED.map((name) => String(record.values[name] ?? '').toLowerCase()).join('\n')
    return words.every((word) => text.includes(word))
  })
}
