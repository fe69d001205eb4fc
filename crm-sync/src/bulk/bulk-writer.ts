import type { Applied, Group, Ready } from '../apply/write-rows.ts'
import { EXTERNAL_ID } from '../plan/operation.ts'
import { SalesforceError } from '../salesforce/errors.ts'
import { isCallRetried } from '../retry-policy.ts'
import type { Hand, InHand } from '../sync/in-hand.ts'
import { findLeadAssignmentRule } from './assignment-rule.ts'
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
  /** For one round: what it has in hand stays there as long as a job of it goes on. */
  open(hand: Hand): BulkRound
  /** Takes in hand what the job of an earlier process writes to. To be called before anything is written. */
  recall(): Promise<void>
  /**
   * What a job that was left wrote to. Only rounds of backfills take it from there, as they look at its records again:
   * nobody else shall have what is there without a link yet.
   */
  readonly left: Hand
  /** Brings a job that was left to its end, before the next one. */
  settle(): Promise<void>
  /** Settles, and if the backfill is over then, gives free what nobody looked at again. */
  letGo(isOver: () => boolean): Promise<void>
}

export interface BulkRound {
  /** What a job costs; fewer calls of collections are the cheaper way. */
  readonly callsOfJob: number
  /** `assigns`: Salesforce's assignment rules may give new Leads away. */
  write(group: Group, rows: readonly Ready[], assigns: boolean): Promise<BulkWritten>
}

export interface BulkWriterOptions extends IngestOptions {
  readonly inHand: InHand
  readonly callsOfJob?: number
}

/** To make it, fill it, close it, look a few times, and read three files; whatever its size. */
const CALLS_OF_JOB = 10

/** Jobs of a workspace follow each other, because children need their parents: one is in hand at most. */
const JOB_KEY = 'round'

export function createBulkWriter(options: BulkWriterOptions): BulkWriter {
  const left = options.inHand.open()
  let isUnsettled = true
  async function writePart(hand: Hand, group: Group, part: Part): Promise<BulkWritten> {
    isUnsettled = true
    const written = await runJob(options, group, { ...part, keys: hand.keys() })
    // The job may go on after a failure, and nobody else shall write there meanwhile.
    if (written.failure) hand.pass(left)
    isUnsettled = !written.isEnded
    return written
  }
  async function settle(): Promise<void> {
    if (!isUnsettled) return
    await settleJob(options, JOB_KEY)
    isUnsettled = false
  }
  return {
    left,
    settle,
    async letGo(isOver) {
      await settle()
      if (isOver()) left.release()
    },
    open: (hand) => ({
      callsOfJob: options.callsOfJob ?? CALLS_OF_JOB,
      write: (group, rows, assigns) =>
        writeParts(splitByBytes(rows), (part) => writePart(hand, group, { rows: part, assigns })),
    }),
    async recall() {
      const begun = await options.jobs.load(JOB_KEY)
      if (begun) left.take(begun.keys)
    },
  }
}

interface Part {
  readonly rows: readonly Ready[]
  /** Salesforce's assignment rules may give new Leads away. */
  readonly assigns: boolean
}

async function writeParts(
  parts: readonly (readonly Ready[])[],
  write: (part: readonly Ready[]) => Promise<BulkWritten>,
): Promise<BulkWritten> {
  const applied: Applied[] = []
  const left: Ready[] = []
  let failure: SalesforceError | undefined
  for (const part of parts) {
    if (failure) {
      left.push(...part)
      continue
    }
    const written = await write(part)
    applied.push(...written.applied)
    left.push(...written.left)
    failure = written.failure
  }
  return { applied, left, failure }
}

/** `isEnded`: nothing of the job is left that the next one would have to look at. */
async function runJob(
  options: BulkWriterOptions,
  group: Group,
  { rows, assigns, keys }: Part & { readonly keys: readonly string[] },
): Promise<BulkWritten & { readonly isEnded: boolean }> {
  try {
    const assignmentRuleId = assigns ? await findLeadAssignmentRule(options.send) : undefined
    const outcome = await writeInBulk(options, { ...toWork(group, rows), assignmentRuleId, keys })
    await outcome.done()
    return { ...sortResults(group, rows, outcome), isEnded: true }
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error
    const { failure } = error
    if (!isCallRetried(failure.class)) return { applied: [], left: rows, isEnded: false }
    const applied = rows.map((row) => ({ ...row, result: { ok: false, failure }, requestId: '' }) as const)
    return { applied, left: [], failure: error, isEnded: false }
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
