import { z } from 'zod'

/** What an administrator changes of the org's limits; what is not named stays as configured. */
export const limitChangeSchema = z.strictObject({
  dailyApi: z.number().int().positive().optional(),
  dailyApiUsed: z.number().int().min(0).optional(),
  dataStorageMB: z.number().min(0).optional(),
  /** Shown in Sforce-Limit-Info: `api-bursts=1/750`. */
  apiBursts: z.string().nullable().optional(),
  perAppUsage: z.string().nullable().optional(),
  /** Requests that may be open for more than 20 seconds at a time. */
  concurrentLong: z.number().int().min(0).optional(),
  /** Change and platform events that are delivered in a day. */
  deliveredEvents: z.number().int().min(0).optional(),
  /** How far searches lag behind, in ms. */
  searchLagMs: z.number().int().min(0).optional(),
  /** Every call is refused as one too many at a time. */
  isConcurrencyFull: z.boolean().optional(),
})
export type LimitChange = z.infer<typeof limitChangeSchema>
