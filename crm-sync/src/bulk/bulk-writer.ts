import type { Applied, Group, Ready } from '../apply/write-rows.ts'
import { EXTERNAL_ID } from '../plan/operation.ts'
import { SalesforceError } from '../salesforce/errors.ts'
import { isCallRetried } from '../retry-policy.ts'
import type { CsvRow } from './csv.ts'
import { MAX_CSV_BYTES, settleJob, writeInBulk, type BulkOutcome, type IngestOptions } from './ingest.ts'

/** What became of rows that went into a job, or were to. */
export interface BulkWritten {
  readonly applied: readonly Applied[]
  /** Not looked at by any job: they go as collections, which say what is wrong. */
  readonly left: readonly Ready[]
  /** Why a job could not be followed to its end. */
  readonly failure?: SalesforceError | undefined
}

export interface BulkWriter {
  write(group: Group, rows: readonly Ready[]): Promise<BulkWritten>
  /** To be called before anything is read: what an earlier job goes on to write must be there to be found. */
  settle(): Promise<void>
}

/** Jobs of a workspace follow each other, because children need their parents: one is in hand at most. */
const JOB_KEY = 'round'

export function createBulkWriter(options: IngestOptions): BulkWriter {
  // An earlier process may have left one.
  let isUnsettled = true
  const writePart = async (group: Group, rows: readonly Ready[]): Promise<BulkWritten> => {
    isUnsettled = true
    try {
      const outcome = await writeInBulk(options, toWork(group, rows))
      await outcome.done()
      isUnsettled = false
      return sortResults(group, rows, outcome)
    } catch (error) {
      if (!(error instanceof SalesforceError)) throw error
      const { failure } = error
      if (!isCallRetried(failure.class)) return { applied: [], left: rows }
      const applied = rows.map((row) => ({ ...row, result: { ok: false, failure }, requestId: '' }) as const)
      return { applied, left: [], failure: error }
    }
  }
  return {
    async write(group, rows) {
      const applied: Applied[] = []
      const left: Ready[] = []
      for (const part of splitByBytes(rows)) {
        const written = await writePart(group, part)
        applied.push(...written.applied)
        left.push(...written.left)
        if (written.failure) return { applied, left, failure: written.failure }
      }
      return { applied, left }
    },
    async settle() {
      if (!isUnsettled) return
      await settleJob(options, JOB_KEY)
      isUnsettled = false
    },
  }
}

const idFieldOf = ({ action }: Group): string => (action === 'upsert' ? EXTERNAL_ID : 'Id')

/** A cell that is empty leaves its field alone, so rows that speak of different fields share a file. */
function toWork(group: Group, rows: readonly Ready[]) {
  const lines = rows.map((row) => toLine(group, row))
  return {
    key: JOB_KEY,
    object: group.object,
    operation: group.action === 'upsert' ? 'upsert' : 'update',
    idField: idFieldOf(group),
    columns: [...new Set(lines.flatMap((line) => Object.keys(line)))],
    rows: lines,
  } as const
}

const idOf = ({ action }: Group, { operation }: Ready): string =>
  action === 'upsert' ? operation.externalId : operation.crmId

const toLine = (group: Group, row: Ready): CsvRow => ({
  [idFieldOf(group)]: idOf(group, row),
  ...Object.fromEntries(Object.entries(row.sent).map(([name, value]) => [name, value === '' ? null : value])),
})

function sortResults(
  group: Group,
  rows: readonly Ready[],
  { results, jobId, state }: BulkOutcome,
): BulkWritten {
  const applied: Applied[] = []
  const left: Ready[] = []
  for (const row of rows) {
    const result = results.get(idOf(group, row).toLowerCase())
    const isUntouched = result === undefined || (!result.ok && result.failure.code === 'unprocessed')
    if (isUntouched && state !== 'JobComplete') left.push(row)
    else if (result) applied.push({ ...row, result, requestId: jobId })
  }
  return { applied, left }
}

/** Generous: quotes and separators of each cell, and text that takes more bytes than letters. */
const sizeOf = (row: Ready): number => Buffer.byteLength(JSON.stringify(row.sent)) + 100

function splitByBytes(rows: readonly Ready[]): readonly (readonly Ready[])[] {
  const parts: Ready[][] = []
  let bytes = MAX_CSV_BYTES
  for (const row of rows) {
    const size = sizeOf(row)
    const last = parts.at(-1)
    if (last === undefined || bytes + size > MAX_CSV_BYTES) {
      parts.push([row])
      bytes = size
    } else {
      last.push(row)
      bytes += size
    }
  }
  return parts
}
