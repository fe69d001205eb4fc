import { z } from 'zod'
import { queueJob } from '../bulk/advance-bulk.ts'
import {
  findJob,
  isFinished,
  nextJobId,
  renderJob,
  resultsSchema,
  saveJob,
  type QueryJob,
} from '../bulk/bulk-job.ts'
import { DELIMITERS } from '../bulk/csv.ts'
import { empty, fail, failDml, json, notFound, type Reply } from '../http/reply.ts'
import { checkQuery } from '../soql/run-query.ts'
import { readJsonBody, type ApiCall } from './api-call.ts'
import { csv } from './bulk-ingest.ts'
import { toQueryRequest } from './query-calls.ts'

const createSchema = z.object({
  operation: z.enum(['query', 'queryAll']),
  query: z.string(),
  contentType: z.literal('CSV').optional(),
  lineEnding: z.enum(['LF', 'CRLF']).default('LF'),
  columnDelimiter: z
    .string()
    .refine((name) => Object.hasOwn(DELIMITERS, name))
    .default('COMMA'),
})

/** POST /jobs/query */
export function createBulkQuery(call: ApiCall): Reply {
  const body = readJsonBody(call.request)
  if (!body.ok) return failDml(body.error)
  const parsed = createSchema.safeParse(body.value)
  if (!parsed.success) return refuse(`InvalidJob : ${z.prettifyError(parsed.error)}`)
  const checked = checkQuery(toQueryRequest(call), parsed.data.query)
  if (!checked.ok) return fail(400, { code: checked.code, message: checked.message })
  const nowMs = call.org.clock.nowMs()
  const job: QueryJob = {
    kind: 'query',
    id: nextJobId(call.org),
    object: checked.object,
    operation: parsed.data.operation,
    query: parsed.data.query,
    createdById: call.dml.actor.userId,
    createdMs: nowMs,
    changedMs: nowMs,
    state: 'UploadComplete',
    columnDelimiter: parsed.data.columnDelimiter,
    lineEnding: parsed.data.lineEnding,
    apiVersion: call.version,
    client: call.trace.client,
    errorMessage: null,
    processed: 0,
    failed: 0,
  }
  saveJob(call.org, job)
  queueJob(call.org, job.id)
  call.trace.object = job.object
  return json(200, renderJob(job))
}

function refuse(message: string): Reply {
  return fail(400, { code: 'INVALIDJOB', message })
}

function withJob(call: ApiCall, use: (job: QueryJob) => Reply): Reply {
  const job = findJob(call.org, call.params['id'] ?? '')
  if (job?.kind !== 'query') return notFound()
  call.trace.object = job.object
  return use(job)
}

/** GET /jobs/query/{id} */
export function showBulkQuery(call: ApiCall): Reply {
  return withJob(call, (job) => json(200, renderJob(job)))
}

/** PATCH /jobs/query/{id} {"state":"Aborted"} */
export function abortBulkQuery(call: ApiCall): Reply {
  return withJob(call, (job) => {
    if (isFinished(job)) return fail(400, { code: 'INVALIDJOBSTATE', message: `The job is ${job.state}` })
    saveJob(call.org, { ...job, state: 'Aborted' })
    return json(200, renderJob({ ...job, state: 'Aborted' }))
  })
}

/** DELETE /jobs/query/{id} */
export function deleteBulkQuery(call: ApiCall): Reply {
  return withJob(call, (job) => {
    if (!isFinished(job)) return fail(400, { code: 'INVALIDJOBSTATE', message: `The job is ${job.state}` })
    for (const key of ['job', 'jobresults']) call.org.state.delete(`${key}:${job.id}`)
    return empty(204)
  })
}

/** GET /jobs/query/{id}/results?locator=&maxRecords=; every page has the header, the last says `null` as locator. */
export function showQueryResults(call: ApiCall): Reply {
  return withJob(call, (job) => {
    const results = call.org.state.getJson(`jobresults:${job.id}`, resultsSchema)
    if (job.state !== 'JobComplete' || !results) {
      return fail(400, { code: 'INVALIDJOBSTATE', message: `The job is ${job.state}: it has no results yet` })
    }
    const { query } = call.request
    const [header = '', ...lines] = results.successful
    const start = readLocator(query.get('locator'))
    if (start === undefined) return fail(400, { code: 'INVALIDLOCATOR', message: 'invalid query locator' })
    const asked = Number(query.get('maxRecords')) || Infinity
    const end = start + Math.min(asked, call.org.cells.bulk.get().pageSize)
    const page = lines.slice(start, end)
    const locator = end < lines.length ? toLocator(end) : 'null'
    return csv(header + page.join(''), {
      'sforce-locator': locator,
      'sforce-numberofrecords': String(page.length),
    })
  })
}

function toLocator(start: number): string {
  return Buffer.from(`row-${start}`).toString('base64url')
}

function readLocator(locator: string | null): number | undefined {
  if (locator === null || locator === '') return 0
  const start = /^row-(\d+)$/.exec(Buffer.from(locator, 'base64url').toString())?.[1]
  return start === undefined ? undefined : Number(start)
}
