import { attributesOf } from '../soql/render-record.ts'
import { fail, json, type Reply } from '../http/reply.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import type { StoredRecord } from '../store/stored-record.ts'
import { findObject, type ApiCall } from './api-call.ts'
import { renderFields, selectFields } from './single-record.ts'

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  NAME: ['Name'],
  EMAIL: ['Email'],
  PHONE: ['Phone', 'MobilePhone'],
  ALL: ['Name', 'Email', 'Company', 'Website', 'Phone', 'MobilePhone', 'Title'],
}
const MAX_FOUND = 200

/** GET /parameterizedSearch?q=&sobject=Lead&Lead.fields=Id,Email: every word must occur in one of the name fields. */
export function parameterizedSearch(call: ApiCall): Reply {
  const { query } = call.request
  return answer(call, {
    words: toWords(query.get('q') ?? ''),
    group: 'ALL',
    targets: query
      .getAll('sobject')
      .map((name) => ({ name, fields: query.get(`${name}.fields`) ?? query.get('fields') ?? 'Id' })),
    limit: MAX_FOUND,
  })
}

/** `FIND {acme} IN EMAIL FIELDS RETURNING Lead(Id, Email), Contact LIMIT 5` */
const SOSL =
  /^\s*FIND\s*\{((?:[^}\\]|\\.)*)\}(?:\s+IN\s+(\w+)\s+FIELDS)?\s+RETURNING\s+(.+?)(?:\s+LIMIT\s+(\d+))?\s*$/is
const TARGET = /^(\w+)\s*(?:\(([\w\s,.]+)\))?$/

/** GET /search?q=: SOSL without conditions, order and relevance within an object. */
export function search(call: ApiCall): Reply {
  const [, term = '', group = 'ALL', returning = '', limit = MAX_FOUND] =
    SOSL.exec(call.request.query.get('q') ?? '') ?? []
  const targets = returning.split(/,(?![^(]*\))/).map((text) => {
    const [, name = '', fields = 'Id'] = TARGET.exec(text.trim()) ?? []
    return { name, fields }
  })
  const isKnown = Object.hasOwn(GROUPS, group.toUpperCase())
  if (!isKnown || targets.some(({ name }) => name === '')) return malformed('the search cannot be read')
  const words = toWords(term.replaceAll(/\\(.)/g, '$1'))
  return answer(call, { words, group: group.toUpperCase(), targets, limit: Number(limit) })
}

interface Search {
  readonly words: readonly string[]
  readonly group: string
  readonly targets: readonly { readonly name: string; readonly fields: string }[]
  readonly limit: number
}

const malformed = (message: string): Reply => fail(400, { code: 'MALFORMED_SEARCH', message })

/** Quotes and the star at the end of a word change nothing here: every word is looked for anywhere. */
const toWords = (text: string): readonly string[] =>
  text.toLowerCase().replaceAll(/["*]/g, ' ').split(/\s+/).filter(Boolean)

function answer(call: ApiCall, { words, group, targets, limit }: Search): Reply {
  if (words.length === 0) return malformed('there is nothing to look for')
  const searchRecords: object[] = []
  for (const { name, fields: wanted } of targets) {
    const object = findObject(call, name)
    if (!object)
      return fail(400, { code: 'INVALID_TYPE', message: `sObject type '${name}' is not supported.` })
    const fields = selectFields(call, object, wanted)
    if (!fields.ok) return fail(400, { code: fields.error.code, message: fields.error.message })
    for (const record of findRecords(call, object, { words, searched: GROUPS[group] ?? [] }))
      searchRecords.push({
        ...renderFields(call, record, fields.value),
        attributes: attributesOf(call.base, record),
      })
  }
  return json(200, { searchRecords: searchRecords.slice(0, Math.min(limit, MAX_FOUND)) })
}

function findRecords(
  call: ApiCall,
  object: ObjectDefinition,
  { words, searched }: { readonly words: readonly string[]; readonly searched: readonly string[] },
): readonly StoredRecord[] {
  const { access } = call.dml.actor
  return [...call.org.store.all(object.name)].filter((record) => {
    if (record.deletedAtMs !== null || !access.canSee(record)) return false
    const text = searched.map((name) => String(record.values[name] ?? '').toLowerCase()).join('\n')
    return words.every((word) => text.includes(word))
  })
}
