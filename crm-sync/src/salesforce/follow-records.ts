import { z } from 'zod'
import type { CrmObject, CrmRecord } from '../plan/operation.ts'
import { readRows } from './collections.ts'
import { querySoql } from './query.ts'
import { fieldsToRead, parseRow, toRecord, type RecordRow } from './records.ts'
import type { Send } from './send.ts'
import { chunkForUrl, quoteSoql, soqlIn } from './soql.ts'
import type { ReadScope } from './open-org.ts'

export interface RecordPointer {
  readonly object: CrmObject
  readonly crmId: string
}

/** A Lead converts into a Contact, which may be merged into another, and so on: more hops than this is a circle. */
const MAX_HOPS = 5

/** Where each pointer leads now: converted Leads to their Contact, merged records to the one that won. */
export async function followRecords(
  scope: ReadScope,
  pointers: readonly RecordPointer[],
): Promise<Map<string, CrmRecord | 'deleted'>> {
  const found = new Map<string, CrmRecord | 'deleted'>()
  let pending = new Map(pointers.map((pointer) => [pointer.crmId, pointer]))
  for (let hop = 0; hop < MAX_HOPS && pending.size > 0; hop += 1) {
    const next = new Map<string, RecordPointer>()
    const reached = await reach(scope, [...new Set(pending.values())])
    for (const [origin, pointer] of pending) {
      const end = reached.get(pointer.crmId) ?? 'deleted'
      if (typeof end === 'object' && 'crmId' in end) next.set(origin, end)
      else found.set(origin, end)
    }
    pending = next
  }
  for (const origin of pending.keys()) found.set(origin, 'deleted')
  return found
}

type End = CrmRecord | RecordPointer | 'deleted'

/** One hop for all pointers. */
async function reach(scope: ReadScope, pointers: readonly RecordPointer[]): Promise<Map<string, End>> {
  const ids = Map.groupBy(pointers, ({ object }) => object)
  const ends = await Promise.all(
    [...ids].map(([object, own]) => reachObject(scope, object, [...new Set(own.map(({ crmId }) => crmId))])),
  )
  return new Map(ends.flatMap((own) => [...own]))
}

async function reachObject(
  scope: ReadScope,
  object: CrmObject,
  ids: readonly string[],
): Promise<Map<string, End>> {
  const target = { object, fields: fieldsToRead(object, scope.schema(object), scope.fields(object)) }
  const rows = await readRows(scope.send, target, ids)
  const missing = ids.filter((id) => !rows.has(id))
  return new Map([
    ...[...rows].map(([id, row]) => [id, endOf(object, parseRow(row))] as const),
    ...(await findMasters(scope.send, object, missing)),
  ])
}

export const endOf = (object: CrmObject, row: RecordRow): CrmRecord | RecordPointer =>
  row.IsConverted && row.ConvertedContactId
    ? { object: 'Contact', crmId: row.ConvertedContactId }
    : toRecord(object, row)

const deletedRow = z.object({ Id: z.string(), MasterRecordId: z.string().nullish() })

/** The loser of a merge looks deleted; only the recycle bin knows which record won. */
async function findMasters(send: Send, object: CrmObject, ids: readonly string[]): Promise<Map<string, End>> {
  const masters = new Map<string, End>()
  if (object === 'Leadline_Activity__c') return masters
  for (const part of chunkForUrl(ids, quoteSoql)) {
    const soql = `SELECT Id, MasterRecordId FROM ${object} WHERE ${soqlIn('Id', part)} AND IsDeleted = true`
    for (const row of await querySoql(send, soql, { row: deletedRow, all: true }))
      if (row.MasterRecordId) masters.set(row.Id, { object, crmId: row.MasterRecordId })
  }
  return masters
}
