import { z } from 'zod'
import type { CrmFields, FieldValue, ObjectSchema } from '../plan/field-values.ts'
import { EXTERNAL_ID, type CrmObject, type CrmRecord } from '../plan/operation.ts'
import type { SalesforceRow } from './collections.ts'

/** Beside the fields that are asked for, each record says who it is; a Lead also what it was converted into. */
export const recordRow = z.looseObject({
  Id: z.string(),
  [EXTERNAL_ID]: z.string().nullish(),
  IsConverted: z.boolean().optional(),
  ConvertedContactId: z.string().nullish(),
})
export type RecordRow = z.output<typeof recordRow>

export const parseRow = (row: SalesforceRow): RecordRow => recordRow.parse(row)

const IDENTITY_FIELDS: Readonly<Record<CrmObject, readonly string[]>> = {
  Lead: ['Id', EXTERNAL_ID, 'IsConverted', 'ConvertedContactId'],
  Contact: ['Id', EXTERNAL_ID],
  Account: ['Id', EXTERNAL_ID],
  Leadline_Activity__c: ['Id', EXTERNAL_ID],
  Task: ['Id', EXTERNAL_ID],
  Campaign: ['Id', EXTERNAL_ID],
  CampaignMember: ['Id', EXTERNAL_ID],
  Opportunity: ['Id', EXTERNAL_ID],
  OpportunityContactRole: ['Id', EXTERNAL_ID],
}

/** Fields to read: those of the mapping that the connected user can see. */
export const fieldsToRead = (
  object: CrmObject,
  schema: ObjectSchema,
  wanted: readonly string[],
): readonly string[] => [
  ...new Set([...IDENTITY_FIELDS[object], ...wanted.filter((field) => schema[field] !== undefined)]),
]

export const toRecord = (object: CrmObject, row: RecordRow): CrmRecord => ({
  object,
  id: row.Id,
  externalId: row[EXTERNAL_ID] ?? '',
  fields: toFields(row),
})

function toFields(row: RecordRow): CrmFields {
  const fields: Record<string, FieldValue> = {}
  for (const [name, value] of Object.entries(row)) if (isFieldValue(value)) fields[name] = value
  return fields
}

const isFieldValue = (value: unknown): value is FieldValue =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
