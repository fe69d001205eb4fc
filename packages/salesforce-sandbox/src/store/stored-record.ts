import { z } from 'zod'

/** What a field can hold. Date-times are `yyyy-MM-ddTHH:mm:ss.000+0000`, so that text order is time order. */
export type FieldValue = string | number | boolean | null

export type FieldValues = Readonly<Record<string, FieldValue>>

/** One record as it is now, deleted ones included. `values` holds every field but Id under its canonical name. */
export interface StoredRecord {
  readonly id: string
  readonly object: string
  readonly values: FieldValues
  readonly version: number
  /** Clock time of the deletion in ms; null while the record lives. */
  readonly deletedAtMs: number | null
  /** True once it has left the recycle bin: only the administrator's scripts still see it. */
  readonly isPurged?: boolean | undefined
}

export type VersionEvent = 'create' | 'update' | 'delete' | 'undelete' | 'merge' | 'purge'

/** One change of one record: who, when, through what, and each field's old and new value. */
export interface RecordVersion {
  readonly id: string
  readonly version: number
  readonly event: VersionEvent
  readonly at: string
  readonly by: string
  /** `rest`, or what a scripted person came through: `ui`, `flow`, `api`, `bulk`. */
  readonly via: string
  /** The client named in Sforce-Call-Options. */
  readonly client: string | null
  readonly apiVersion?: number | undefined
  readonly changes: Readonly<Record<string, { readonly from: FieldValue; readonly to: FieldValue }>>
}

const fieldValue = z.union([z.string(), z.number(), z.boolean(), z.null()])

export const storedRecordSchema: z.ZodType<StoredRecord> = z.object({
  id: z.string(),
  object: z.string(),
  values: z.record(z.string(), fieldValue),
  version: z.number().int(),
  deletedAtMs: z.number().nullable(),
  isPurged: z.boolean().optional(),
})

export const recordVersionSchema: z.ZodType<RecordVersion> = z.object({
  id: z.string(),
  version: z.number().int(),
  event: z.enum(['create', 'update', 'delete', 'undelete', 'merge', 'purge']),
  at: z.string(),
  by: z.string(),
  via: z.string(),
  client: z.string().nullable(),
  apiVersion: z.number().optional(),
  changes: z.record(z.string(), z.object({ from: fieldValue, to: fieldValue })),
})
