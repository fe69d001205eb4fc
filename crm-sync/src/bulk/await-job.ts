import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { SalesforceError } from '../salesforce/errors.ts'
import type { Send } from '../salesforce/request.ts'

export const bulkJob = z.object({
  id: z.string(),
  state: z.enum(['Open', 'UploadComplete', 'InProgress', 'JobComplete', 'Failed', 'Aborted']),
  errorMessage: z.string().nullish(),
  numberRecordsProcessed: z.number().optional(),
  numberRecordsFailed: z.number().optional(),
})
export type BulkJob = z.output<typeof bulkJob>

export interface BulkTimes {
  /** First pause between looks; it doubles up to `maxPollMs`. */
  readonly pollMs: number
  readonly maxPollMs: number
  readonly deadlineMs: number
}

export const BULK_TIMES: BulkTimes = { pollMs: 2000, maxPollMs: 30_000, deadlineMs: 6 * 3_600_000 }

export interface BulkOptions {
  readonly send: Send
  readonly times?: BulkTimes
  readonly onProgress?: (job: BulkJob) => void
  /** Ends the waiting, not the job. */
  readonly signal?: AbortSignal
}

const ENDED: ReadonlySet<BulkJob['state']> = new Set(['JobComplete', 'Failed', 'Aborted'])

/** Looks until the job has ended. At the deadline or the signal it rejects with class `retry`; the job goes on. */
export async function awaitJob(options: BulkOptions, path: string): Promise<BulkJob> {
  const { send, times = BULK_TIMES, onProgress, signal } = options
  let pauseMs = times.pollMs
  for (let waitedMs = 0; waitedMs <= times.deadlineMs; waitedMs += pauseMs) {
    if (!(await isOver(pauseMs, signal))) break
    const { value } = await send({ method: 'GET', path, answer: bulkJob, lane: 'backfill' })
    onProgress?.(value)
    if (ENDED.has(value.state)) return value
    pauseMs = Math.min(times.maxPollMs, pauseMs * 2)
  }
  throw new SalesforceError({
    code: 'bulk_pending',
    class: 'retry',
    status: 0,
    detail: 'the bulk job goes on; it is taken up again',
    fields: [],
  })
}

/** False when the signal came first. */
const isOver = (pauseMs: number, signal: AbortSignal | undefined): Promise<boolean> =>
  setTimeout(pauseMs, true, signal ? { signal } : {}).catch(() => false)
