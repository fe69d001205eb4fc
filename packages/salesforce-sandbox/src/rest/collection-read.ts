import { z } from 'zod'
import { fail, failDml, json, notFound, type Reply } from '../http/reply.ts'
import { toRecordId } from '../store/record-id.ts'
import { findObject, readJsonBody, type ApiCall } from './api-call.ts'
import { renderFields, selectFields } from './single-record.ts'

const MAX_IDS = 2000

const bodySchema = z.object({ ids: z.array(z.string()), fields: z.array(z.string()).min(1) })

/** GET /composite/sobjects/X?ids=&fields= */
export function readManyByUrl(call: ApiCall): Reply {
  const { query } = call.request
  const ids = (query.get('ids') ?? '').split(',').filter(Boolean)
  return readMany(call, ids, query.get('fields') ?? '')
}

/** POST /composite/sobjects/X {"ids","fields"} */
export function readManyByBody(call: ApiCall): Reply {
  const body = readJsonBody(call.request)
  if (!body.ok) return failDml(body.error)
  const parsed = bodySchema.safeParse(body.value)
  if (!parsed.success) {
    return fail(400, { code: 'JSON_PARSER_ERROR', message: z.prettifyError(parsed.error) })
  }
  return readMany(call, parsed.data.ids, parsed.data.fields.join(','))
}

/** One entry for each id in order; null where there is no living record. */
function readMany(call: ApiCall, ids: readonly string[], fieldList: string): Reply {
  const object = findObject(call)
  if (!object) return notFound()
  if (ids.length > MAX_IDS) {
    return fail(400, {
      code: 'EXCEEDED_ID_LIMIT',
      message: `cannot read more than ${MAX_IDS} records in this call`,
    })
  }
  const fields = selectFields(call, object, fieldList)
  if (!fields.ok) return fail(400, { code: fields.error.code, message: fields.error.message })
  const records = ids.map((text) => call.org.store.get(object.name, toRecordId(text) ?? ''))
  for (const record of records) if (record) call.trace.ids.push(record.id)
  return json(
    200,
    records.map((record) =>
      record && record.deletedAtMs === null && call.dml.actor.access.canSee(record)
        ? renderFields(call, record, fields.value)
        : null,
    ),
  )
}
