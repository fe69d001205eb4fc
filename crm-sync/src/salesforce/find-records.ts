import { EXTERNAL_ID, type CrmObject, type CrmRecord } from '../plan/operation.ts'
import { endOf, followRecords, type RecordPointer } from './follow-records.ts'
import type { ReadScope } from './open-org.ts'
import { queryMany } from './query-many.ts'
import { fieldsToRead, recordRow, toRecord, type RecordRow } from './records.ts'
import { chunkForUrl, quoteSoql, quoteSoqlContains } from './soql.ts'
import { queryByValues, type Equality } from './query-by-values.ts'

export interface Matches {
  readonly byExternalId: readonly CrmRecord[]
  /** By mail, or by domain. */
  readonly byNature: readonly CrmRecord[]
}

export interface PersonQuery {
  readonly externalId: string
  readonly email: string
}

export interface CompanyQuery {
  readonly externalId: string
  /** Registrable domain; empty when unknown. */
  readonly domain: string
}

/** Leads and Contacts that may be these people, by external id and by mail. Converted Leads count as their Contact. */
export async function findPeople(
  scope: ReadScope,
  people: readonly PersonQuery[],
): Promise<readonly Matches[]> {
  const conditions = people.flatMap(({ externalId, email }) => [
    { field: EXTERNAL_ID, value: externalId },
    { field: 'Email', value: email },
  ])
  const { Lead: leads = [], Contact: contacts = [] } = await findByEquality(
    scope,
    ['Lead', 'Contact'],
    conditions,
  )
  const reached = await settleConverted(scope, leads)
  const hits = [
    ...leads.flatMap((row) => withRow(row, reached.get(row.Id))),
    ...contacts.map((row) => ({ row, record: toRecord('Contact', row) })),
  ]
  const byExternalId = indexBy(hits, ({ row }) => [textOf(row[EXTERNAL_ID])])
  const byMail = indexBy(hits, ({ row }) => [textOf(row['Email'])])
  return people.map(({ externalId, email }) => ({
    byExternalId: pick(byExternalId, externalId),
    byNature: pick(byMail, email),
  }))
}

interface Hit {
  /** As it was found: a converted Lead has the mail, its Contact need not. */
  readonly row: RecordRow
  readonly record: CrmRecord
}

const withRow = (row: RecordRow, record: CrmRecord | 'deleted' | undefined): Hit[] =>
  record === undefined || record === 'deleted' ? [] : [{ row, record }]

const pick = (hits: ReadonlyMap<string, readonly Hit[]>, value: string): CrmRecord[] =>
  (hits.get(value.toLowerCase()) ?? []).map(({ record }) => record)

const textOf = (found: unknown): string => (typeof found === 'string' ? found.toLowerCase() : '')

/** By each of its keys, those that are empty left out. */
function indexBy<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): ReadonlyMap<string, T[]> {
  const index = new Map<string, T[]>()
  for (const item of items)
    for (const key of new Set(keysOf(item))) {
      const known = index.get(key)
      if (known) known.push(item)
      else if (key !== '') index.set(key, [item])
    }
  return index
}

async function settleConverted(
  scope: ReadScope,
  rows: readonly RecordRow[],
): Promise<Map<string, CrmRecord | 'deleted'>> {
  const settled = new Map<string, CrmRecord | 'deleted'>()
  const converted = new Map<string, RecordPointer>()
  for (const row of rows) {
    const end = endOf('Lead', row)
    if ('crmId' in end) converted.set(row.Id, end)
    else settled.set(row.Id, end)
  }
  const contacts = await followRecords(scope, [...converted.values()])
  for (const [id, pointer] of converted) settled.set(id, contacts.get(pointer.crmId) ?? 'deleted')
  return settled
}

/** Accounts that may be these companies, by external id, our domain field, and the host of the website. */
export async function findAccounts(
  scope: ReadScope,
  companies: readonly CompanyQuery[],
): Promise<readonly Matches[]> {
  const hasDomainField = scope.schema('Account')['Leadline_Domain__c'] !== undefined
  const conditions = companies.flatMap(({ externalId, domain }) => [
    equals(EXTERNAL_ID, externalId),
    ...(domain === '' ? [] : [`Website LIKE ${quoteSoqlContains(domain)}`]),
    ...(domain === '' || !hasDomainField ? [] : [equals('Leadline_Domain__c', domain)]),
  ])
  const chunks = chunkForUrl(conditions, (condition) => ` OR ${condition}`)
  const found = await queryMany(
    scope,
    chunks.map((chunk) => toSoql(scope, 'Account', chunk.join(' OR '))),
    recordRow,
  )
  const rows = distinct(found.flat())
  const records = rows.map((row) => toRecord('Account', row))
  const byExternalId = indexBy(records, (record) => [textOf(record.externalId)])
  const byDomain = indexBy(records, domainsOf)
  return companies.map(({ externalId, domain }) => ({
    byExternalId: byExternalId.get(externalId.toLowerCase()) ?? [],
    byNature: byDomain.get(domain.toLowerCase()) ?? [],
  }))
}

/** Every domain that a record may stand for: that of its field, its website's host, and those above the host. */
function domainsOf({ fields }: CrmRecord): readonly string[] {
  const labels = hostOf(fields['Website']).split('.')
  return [textOf(fields['Leadline_Domain__c']), ...labels.map((_, index) => labels.slice(index).join('.'))]
}

/** Website is free text: `acme.com`, `www.acme.com/de`, `https://acme.com`. */
export function hostOf(website: unknown): string {
  if (typeof website !== 'string' || website.trim() === '') return ''
  const text = website.trim()
  const url = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : ''
}

const equals = (field: string, value: string): string => `${field} = ${quoteSoql(value)}`

/** By object. */
async function findByEquality(
  scope: ReadScope,
  objects: readonly CrmObject[],
  equalities: readonly Equality[],
): Promise<Partial<Record<CrmObject, RecordRow[]>>> {
  const found = await queryByValues(scope, {
    heads: objects.map((object) => headOf(scope, object)),
    equalities: equalities.filter(({ value }) => value !== ''),
    row: recordRow,
  })
  return Object.fromEntries(objects.map((object, index) => [object, distinct(found[index] ?? [])]))
}

const toSoql = (scope: ReadScope, object: CrmObject, where: string): string =>
  `${headOf(scope, object)} WHERE ${where}`

function headOf(scope: ReadScope, object: CrmObject): string {
  const fields = fieldsToRead(object, scope.schema(object), scope.fields(object))
  return `SELECT ${fields.join(', ')} FROM ${object}`
}

const distinct = (rows: readonly RecordRow[]): RecordRow[] => [
  ...new Map(rows.map((row) => [row.Id, row])).values(),
]
