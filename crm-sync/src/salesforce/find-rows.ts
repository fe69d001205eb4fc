import { EXTERNAL_ID, type CrmObject, type CrmRecord } from '../plan/operation.ts'
import type { ReadScope } from './open-org.ts'
import { querySoql } from './query.ts'
import { fieldsToRead, recordRow, toRecord } from './records.ts'
import { chunkForUrl, quoteSoql, soqlIn } from './soql.ts'

/** Records by our id on them, for those whose link is not known: an answer may have been lost. */
export async function findRows(
  scope: ReadScope,
  object: CrmObject,
  externalIds: readonly string[],
): Promise<Map<string, CrmRecord>> {
  if (externalIds.length === 0) return new Map()
  const fields = fieldsToRead(object, scope.schema(object), scope.fields(object)).join(', ')
  const found = await Promise.all(
    chunkForUrl(externalIds, quoteSoql).map((part) =>
      querySoql(scope.send, `SELECT ${fields} FROM ${object} WHERE ${soqlIn(EXTERNAL_ID, part)}`, {
        row: recordRow,
      }),
    ),
  )
  return new Map(found.flat().map((row) => [(row[EXTERNAL_ID] ?? '').toLowerCase(), toRecord(object, row)]))
}
