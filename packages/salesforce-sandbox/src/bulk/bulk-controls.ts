import { z } from 'zod'

/** How an administrator's scripts hold up or break bulk jobs. */
export const bulkControlsSchema = z.strictObject({
  /** Jobs stay in this state until they are released. */
  hold: z.enum(['UploadComplete', 'InProgress']).nullable().default(null),
  /** Wait in the queue, on the org's clock. */
  queueMs: z.number().int().min(0).default(0),
  perRecordMs: z.number().min(0).default(0),
  /** Commits this many rows of a job, then fails it. */
  failAfter: z.number().int().min(0).nullable().default(null),
  /** Order of the result rows. */
  shuffleSeed: z.number().int().default(1),
  /** Rows of a batch; four batches of a job run at the same time. */
  batchRows: z.number().int().positive().default(10_000),
  /** Rows of a query result page. */
  pageSize: z.number().int().positive().default(50_000),
})
export type BulkControls = z.infer<typeof bulkControlsSchema>
