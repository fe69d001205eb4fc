import type { Warehouse } from '@leadline/warehouse'
import { z } from 'zod'
import type { CrmFields } from '../plan/field-values.ts'
import type { CrmObject, Shadow } from '../plan/operation.ts'

export interface StoredShadow extends Shadow {
  readonly version: string
}

export const fieldsJson = z.string().transform((text, context): CrmFields => {
  const parsed = fields.safeParse(JSON.parse(text === '' ? '{}' : text))
  if (parsed.success) return parsed.data
  context.addIssue('is not an object of plain values')
  return z.NEVER
})

const fields = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))

const shadowRow = z.object({
  object: z.string(),
  crm_id: z.string(),
  fields: fieldsJson,
  written: fieldsJson,
  replaced: fieldsJson,
  version: z.string(),
})

export const shadowKey = (object: CrmObject, crmId: string): string => `${object}:${crmId}`

/** By object and Salesforce id, see shadowKey. */
export async function loadShadows(
  warehouse: Warehouse,
  ws: number,
  records: readonly { readonly object: CrmObject; readonly crmId: string }[],
): Promise<Map<string, StoredShadow>> {
  if (records.length === 0) return new Map()
  const rows = await warehouse.query(
    `SELECT object, crm_id, fields, written, replaced, version FROM crm_shadow FINAL
     WHERE ws = {ws:UInt32} AND object IN {objects:Array(String)} AND crm_id IN {crmIds:Array(String)}`,
    {
      row: shadowRow,
      params: {
        ws,
        objects: [...new Set(records.map((record) => record.object))],
        crmIds: records.map((record) => record.crmId),
      },
    },
  )
  return new Map(rows.map(({ object, crm_id, ...shadow }) => [`${object}:${crm_id}`, shadow]))
}
