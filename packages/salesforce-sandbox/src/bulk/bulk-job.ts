import { z } from 'zod'
import { toDateTimeText } from '../clock.ts'
import type { Org } from '../org.ts'
import { buildRecordId } from '../store/record-id.ts'

const jobBase = {
  id: z.string(),
  object: z.string(),
  createdById: z.string(),
  createdMs: z.number(),
  changedMs: z.number(),
  state: z.enum(['Open', 'UploadComplete', 'InProgress', 'JobComplete', 'Failed', 'Aborted']),
  columnDelimiter: z.string(),
  lineEnding: z.enum(['LF', 'CRLF']),
  apiVersion: z.number(),
  client: z.string().nullable(),
  errorMessage: z.string().nullable(),
  processed: z.number(),
  failed: z.number(),
}

export const ingestJobSchema = z.object({
  ...jobBase,
  kind: z.literal('ingest'),
  operation: z.enum(['insert', 'update', 'upsert', 'delete', 'hardDelete']),
  externalIdFieldName: z.string().nullable(),
  assignmentRuleId: z.string().nullable().default(null),
  hasContent: z.boolean(),
})
export type IngestJob = z.infer<typeof ingestJobSchema>

export const queryJobSchema = z.object({
  ...jobBase,
  kind: z.literal('query'),
  operation: z.enum(['query', 'queryAll']),
  query: z.string(),
})
export type QueryJob = z.infer<typeof queryJobSchema>

export const jobSchema = z.discriminatedUnion('kind', [ingestJobSchema, queryJobSchema])
export type BulkJob = z.infer<typeof jobSchema>

/** Result files by their lines, header first. */
export const resultsSchema = z.object({
  successful: z.array(z.string()),
  failed: z.array(z.string()),
  unprocessed: z.array(z.string()),
})
export type BulkResults = z.infer<typeof resultsSchema>

export function nextJobId(org: Org): string {
  return buildRecordId('750', org.state.next('counter:750'))
}

export function findJob(org: Org, id: string): BulkJob | undefined {
  return org.state.getJson(`job:${id}`, jobSchema)
}

export function saveJob(org: Org, job: BulkJob): void {
  org.state.setJson(`job:${job.id}`, { ...job, changedMs: org.clock.nowMs() })
}

export function isFinished({ state }: BulkJob): boolean {
  return state === 'JobComplete' || state === 'Failed' || state === 'Aborted'
}

/** A job as every call shows it. */
export function renderJob(job: BulkJob): Record<string, unknown> {
  const common = {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.createdById,
    createdDate: toDateTimeText(job.createdMs),
    systemModstamp: toDateTimeText(job.changedMs),
    state: job.state,
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: job.apiVersion,
    lineEnding: job.lineEnding,
    columnDelimiter: job.columnDelimiter,
    retries: 0,
    totalProcessingTime: 0,
    numberRecordsProcessed: job.processed,
  }
  if (job.kind === 'query') return { ...common, jobType: 'V2Query' }
  return {
    ...common,
    ...(job.externalIdFieldName === null ? {} : { externalIdFieldName: job.externalIdFieldName }),
    ...(job.assignmentRuleId === null ? {} : { assignmentRuleId: job.assignmentRuleId }),
    contentUrl: `services/data/v${job.apiVersion.toFixed(1)}/jobs/ingest/${job.id}/batches`,
    jobType: 'V2Ingest',
    apiActiveProcessingTime: 0,
    apexProcessingTime: 0,
    numberRecordsFailed: job.failed,
    errorMessage: job.errorMessage,
  }
}
