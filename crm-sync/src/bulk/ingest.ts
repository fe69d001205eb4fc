import { createHash } from 'node:crypto'
import { z } from 'zod'
import { failureOf, SalesforceError } from '../salesforce/errors.ts'
import type { RowResult } from '../salesforce/collections.ts'
import { awaitJob, bulkJob, type BulkJob, type BulkOptions } from './await-job.ts'
import { parseCsv, writeCsv, type CsvRow } from './csv.ts'
import type { JobStore } from './job-store.ts'

export interface IngestOptions extends BulkOptions {
  readonly jobs: JobStore
}

export interface BulkWork {
  /** Of this piece of work, the same after a restart; two pieces in hand never share one. */
  readonly key: string
  readonly object: string
  readonly operation: 'upsert' | 'update'
  /** What tells the rows apart: the external id of an upsert, `Id` of an update. */
  readonly idField: string
  /** The id field is among them. */
  readonly columns: readonly string[]
  readonly rows: readonly CsvRow[]
  /** Of a Lead assignment rule that looks at new records; none does by itself. */
  readonly assignmentRuleId?: string | undefined
  /** What the job writes to; kept with its id. */
  readonly keys?: readonly string[]
}

export interface BulkOutcome {
  readonly jobId: string
  readonly state: BulkJob['state']
  /** Why the job failed as a whole; rows may have been written nevertheless. */
  readonly problem: string
  /** By the id field, in lower case. A row that is in none of the result files has the class `unknown`. */
  readonly results: ReadonlyMap<string, RowResult>
  /** Forgets the job. To be called once the results are recorded. */
  done(): Promise<void>
}

/** Salesforce takes 150 MB in base 64; this is what that leaves of text. */
export const MAX_CSV_BYTES = 90 * 2 ** 20

const jobPath = (id: string): string => `/jobs/ingest/${id}`

/**
 * Writes rows by one Bulk 2.0 job. The job's id is durable before anything is uploaded, so that whoever comes after a
 * crash goes on with the same job. Nothing is ever sent twice.
 */
export async function writeInBulk(options: IngestOptions, work: BulkWork): Promise<BulkOutcome> {
  const csv = writeCsv(work.columns, work.rows)
  const { id, isNew } = await begin(options, work, createHash('sha256').update(csv).digest('hex'))
  if (isNew || (await isOpen(options, id))) await upload(options, id, csv)
  const job = await awaitJob(options, jobPath(id))
  return {
    jobId: id,
    state: job.state,
    problem: job.errorMessage ?? '',
    results: await readResults(options, job, work),
    done: () => options.jobs.save(work.key, undefined),
  }
}

/**
 * Brings the job that an earlier process left to its end and forgets it: from then on what it wrote can be read. One
 * that was never closed has written nothing, and is aborted.
 */
export async function settleJob(options: IngestOptions, key: string): Promise<void> {
  const begun = await options.jobs.load(key)
  if (begun === undefined) return
  try {
    if (await isOpen(options, begun.id)) await abort(options, begun.id)
    else await awaitJob(options, jobPath(begun.id))
  } catch (error) {
    if (!isGone(error)) throw error
  }
  await options.jobs.save(key, undefined)
}

/** Salesforce keeps jobs for a week. */
const isGone = (error: unknown): boolean => error instanceof SalesforceError && error.failure.status === 404

const abort = ({ send }: BulkOptions, id: string) =>
  send({
    method: 'PATCH',
    path: jobPath(id),
    body: { state: 'Aborted' },
    answer: bulkJob,
    lane: 'backfill',
  })

/** The job of an earlier try, unless it never got data and the data changed meanwhile. */
async function begin(
  options: IngestOptions,
  work: BulkWork,
  digest: string,
): Promise<{ readonly id: string; readonly isNew: boolean }> {
  const { send, jobs } = options
  const begun = await jobs.load(work.key)
  if (begun && (begun.digest === digest || !(await isOpen(options, begun.id))))
    return { id: begun.id, isNew: false }
  if (begun) await abort(options, begun.id)
  const { value } = await send({
    method: 'POST',
    path: '/jobs/ingest',
    body: {
      object: work.object,
      operation: work.operation,
      ...(work.operation === 'upsert' ? { externalIdFieldName: work.idField } : {}),
      contentType: 'CSV',
      lineEnding: 'LF',
      ...(work.assignmentRuleId === undefined ? {} : { assignmentRuleId: work.assignmentRuleId }),
    },
    answer: bulkJob,
    lane: 'backfill',
  })
  await jobs.save(work.key, { id: value.id, digest, keys: [...(work.keys ?? [])] })
  return { id: value.id, isNew: true }
}

async function isOpen({ send }: BulkOptions, id: string): Promise<boolean> {
  const { value } = await send({ method: 'GET', path: jobPath(id), answer: bulkJob, lane: 'backfill' })
  return value.state === 'Open'
}

const UPLOAD_TIMEOUT_MS = 10 * 60_000

/** A job takes data once, so repeating this after a lost answer or a crash adds nothing. */
async function upload({ send }: IngestOptions, id: string, csv: string): Promise<void> {
  await unlessDone(() =>
    send({
      method: 'PUT',
      path: `${jobPath(id)}/batches`,
      content: { type: 'text/csv', data: csv },
      answer: z.undefined(),
      lane: 'backfill',
      timeoutMs: UPLOAD_TIMEOUT_MS,
    }),
  )
  await unlessDone(() =>
    send({
      method: 'PATCH',
      path: jobPath(id),
      body: { state: 'UploadComplete' },
      answer: bulkJob,
      lane: 'backfill',
    }),
  )
}

/** `INVALIDJOBSTATE` says that an earlier try got through; the job's own state is looked at next. */
async function unlessDone(call: () => Promise<unknown>): Promise<void> {
  try {
    await call()
  } catch (error) {
    if (!(error instanceof SalesforceError) || error.failure.code !== 'INVALIDJOBSTATE') throw error
  }
}

/** Files that the job's counts say are empty are not asked for. */
async function readResults(
  options: IngestOptions,
  job: BulkJob,
  { idField, rows }: BulkWork,
): Promise<ReadonlyMap<string, RowResult>> {
  const keyOf = (row: CsvRow): string => String(row[idField] ?? '').toLowerCase()
  const results = new Map<string, RowResult>(rows.map((row) => [keyOf(row), UNKNOWN]))
  const read = async (file: string, toResult: (row: Readonly<Record<string, string>>) => RowResult) => {
    for (const row of await readFile(options, `${jobPath(job.id)}/${file}`))
      results.set(keyOf(row), toResult(row))
  }
  const isWhole = job.state === 'JobComplete' && job.numberRecordsProcessed === rows.length
  if (!isWhole) await read('unprocessedrecords', () => UNPROCESSED)
  if (!isWhole || job.numberRecordsFailed !== 0) await read('failedResults', toFailed)
  await read('successfulResults', (row) => ({
    ok: true,
    id: row['sf__Id'] ?? '',
    created: row['sf__Created'] === 'true',
  }))
  return results
}

async function readFile({ send }: BulkOptions, path: string) {
  const { value } = await send({
    method: 'GET',
    path,
    isText: true,
    answer: z.string(),
    lane: 'backfill',
    timeoutMs: UPLOAD_TIMEOUT_MS,
  })
  return parseCsv(value)
}

const UNKNOWN: RowResult = {
  ok: false,
  failure: {
    code: 'no_result',
    class: 'unknown',
    status: 200,
    detail: 'the job does not say what became of the record',
    fields: [],
  },
}

const UNPROCESSED: RowResult = {
  ok: false,
  failure: {
    code: 'unprocessed',
    class: 'retry',
    status: 200,
    detail: 'the job ended before the record',
    fields: [],
  },
}

/** `CODE:message:Field1,Field2 --`; the message may hold colons. */
function toFailed(row: Readonly<Record<string, string>>): RowResult {
  const [, code = 'unknown', detail = '', fields = ''] =
    /^(\w+):(.*?)(?::([\w, ]*))? ?--$/s.exec(row['sf__Error'] ?? '') ?? []
  return {
    ok: false,
    failure: failureOf(
      { code, detail, status: 200 },
      fields
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    ),
  }
}
