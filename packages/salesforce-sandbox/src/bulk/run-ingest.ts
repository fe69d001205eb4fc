import { createAccess } from '../access/access.ts'
import { saveMany } from '../dml/save-many.ts'
import { DEFAULT_SAVE_OPTIONS, type Dml, type DmlError, type DmlResult } from '../dml/dml-result.ts'
import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'
import { saveJob, type BulkResults, type IngestJob } from './bulk-job.ts'
import { DELIMITERS, parseCsv, toCsvLine, type CsvFormat } from './csv.ts'
import { findUnknownColumn, saveRow, type BulkRow } from './save-row.ts'
import { shuffle } from './shuffle.ts'

const CHUNK_ROWS = 200
const LOCK_RETRIES = 3
const PARALLEL_BATCHES = 4

/** Processes an uploaded job: chunks of 200, each a transaction; one row's failure leaves the others alone. */
export function runIngest(org: Org, job: IngestJob): void {
  const format: CsvFormat = { delimiter: DELIMITERS[job.columnDelimiter] ?? ',', lineEnding: job.lineEnding }
  const rows = parseCsv(org.state.get(`jobdata:${job.id}`) ?? '', format)
  if (!rows) {
    const message = `ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${job.lineEnding}`
    return fail(org, job, message)
  }
  const object = org.schema.object(job.object)
  const [header = [], ...records] = rows
  const unknown = object ? findUnknownColumn(org, object, header) : job.object
  if (!object || unknown !== undefined) {
    return fail(org, job, `InvalidBatch : Field name not found : ${unknown}`)
  }
  finish({ org, job, object }, { header, records, format })
}

/** What an aborted job had not looked at can be read. */
export function keepUnprocessed(org: Org, job: IngestJob): void {
  const format: CsvFormat = { delimiter: DELIMITERS[job.columnDelimiter] ?? ',', lineEnding: job.lineEnding }
  const [header = [], ...rest] = parseCsv(org.state.get(`jobdata:${job.id}`) ?? '', format) ?? []
  keepResults(org, job, { header, taken: [], outcomes: [], rest, format })
}

/** Saves the rows, or as many as the job is let to save before it fails. */
function finish(
  ingest: Ingest,
  upload: {
    readonly header: readonly string[]
    readonly records: readonly (readonly string[])[]
    readonly format: CsvFormat
  },
): void {
  const { org, job } = ingest
  const { header, records, format } = upload
  const limit = org.cells.bulk.get().failAfter ?? records.length
  const taken = records.slice(0, limit).map((cells) => ({ header, cells }))
  const outcomes = saveRows(ingest, taken)
  keepResults(org, job, { header, taken, outcomes, rest: records.slice(limit), format })
  const failed = outcomes.filter((outcome) => !outcome.ok).length
  const done = { ...job, processed: outcomes.length, failed }
  if (limit >= records.length) saveJob(org, { ...done, state: 'JobComplete' })
  else fail(org, done, 'InternalServerError : Job failed after a part of it was committed')
}

function fail(org: Org, job: IngestJob, errorMessage: string): void {
  saveJob(org, { ...job, state: 'Failed', errorMessage })
}

interface Ingest {
  readonly org: Org
  readonly job: IngestJob
  readonly object: ObjectDefinition
}

function saveRows(ingest: Ingest, rows: readonly BulkRow[]): readonly DmlResult[] {
  const { org, job, object } = ingest
  const { createdById: userId, client } = job
  const dml: Dml = {
    org,
    actor: { userId, via: 'bulk', client, apiVersion: job.apiVersion, access: createAccess(org, userId) },
    options: { ...DEFAULT_SAVE_OPTIONS, autoAssign: job.assignmentRuleId ?? false },
  }
  const results: DmlResult[] = []
  for (const round of toRounds(rows, org.cells.bulk.get().batchRows)) {
    const releases = round.map((chunk) => {
      org.running.begin()
      const writes = chunk.map((row) => ({
        object: object.name,
        run: (dml: Dml) => saveWithRetries(dml, () => saveRow(dml, { job, object }, row)),
      }))
      for (const [index, result] of saveMany(dml, writes, false).entries())
        results[chunk[index]?.index ?? 0] = result
      return org.running.end(org.clock.nowMs()).release
    })
    for (const release of releases) release()
  }
  return results
}

/** Chunks that run at the same time: one of each of the batches that do. */
function toRounds(rows: readonly BulkRow[], batchRows: number): readonly (readonly Chunk[])[] {
  const indexed = rows.map((row, index) => ({ ...row, index }))
  const batches = [...Map.groupBy(indexed, ({ index }) => Math.floor(index / batchRows)).values()]
  const rounds = Map.groupBy(
    batches.flatMap((batch, index) => toChunks(batch).map((chunk, step) => ({ chunk, index, step }))),
    ({ index, step }) => `${Math.floor(index / PARALLEL_BATCHES)} ${step}`,
  )
  return [...rounds.values()].map((round) => round.map(({ chunk }) => chunk))
}

type Chunk = readonly (BulkRow & { readonly index: number })[]

function toChunks(batch: Chunk): readonly Chunk[] {
  return [...Map.groupBy(batch, (_, index) => Math.floor(index / CHUNK_ROWS)).values()]
}

/** A row that meets a lock is tried again before it fails. */
function saveWithRetries({ org }: Dml, save: () => DmlResult): DmlResult {
  let result = save()
  for (let retry = 0; retry < LOCK_RETRIES; retry += 1) {
    if (result.ok || result.error.code !== 'UNABLE_TO_LOCK_ROW') break
    org.running.retry()
    result = save()
  }
  return result
}

interface Outcome {
  readonly header: readonly string[]
  readonly taken: readonly BulkRow[]
  readonly outcomes: readonly DmlResult[]
  readonly rest: readonly (readonly string[])[]
  readonly format: CsvFormat
}

/** Result files list rows in no particular order. */
function keepResults(org: Org, job: IngestJob, outcome: Outcome): void {
  const { header, taken, outcomes, rest, format } = outcome
  const successful: string[] = []
  const failed: string[] = []
  for (const [index, result] of outcomes.entries()) {
    const cells = header.map((_, column) => taken[index]?.cells[column] ?? '')
    if (result.ok) successful.push(toCsvLine([result.id, String(result.created), ...cells], format))
    else failed.push(toCsvLine([result.id ?? '', toErrorCell(result.error), ...cells], format))
  }
  const seed = org.cells.bulk.get().shuffleSeed + org.settings.seed
  const results: BulkResults = {
    successful: [toCsvLine(['sf__Id', 'sf__Created', ...header], format), ...shuffle(successful, seed)],
    failed: [toCsvLine(['sf__Id', 'sf__Error', ...header], format), ...shuffle(failed, seed)],
    unprocessed: [toCsvLine(header, format), ...rest.map((cells) => toCsvLine(cells, format))],
  }
  org.state.setJson(`jobresults:${job.id}`, results)
  org.state.delete(`jobdata:${job.id}`)
}

/** `REQUIRED_FIELD_MISSING:Required fields are missing: [Company]:Company --` */
function toErrorCell({ code, message, fields }: DmlError): string {
  return `${code}:${message}:${fields.length === 0 ? '' : `${fields.join(',')} `}--`
}
