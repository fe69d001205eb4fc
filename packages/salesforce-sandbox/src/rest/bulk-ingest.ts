import { z } from 'zod'
import { queueJob } from '../bulk/advance-bulk.ts'
import {
  findJob,
  isFinished,
  nextJobId,
  renderJob,
  resultsSchema,
  saveJob,
  type IngestJob,
} from '../bulk/bulk-job.ts'
import { DELIMITERS } from '../bulk/csv.ts'
import { keepUnprocessed } from '../bulk/run-ingest.ts'
import { empty, fail, failDml, json, notFound, type Reply } from '../http/reply.ts'
import { toRecordId } from '../store/record-id.ts'
import { findObject, readJsonBody, type ApiCall } from './api-call.ts'

const createSchema = z.object({
  object: z.string(),
  operation: z.enum(['insert', 'update', 'upsert', 'delete', 'hardDelete']),
  externalIdFieldName: z.string().optional(),
  assignmentRuleId: z.string().optional(),
  contentType: z.literal('CSV').optional(),
  lineEnding: z.enum(['LF', 'CRLF']).default('LF'),
  columnDelimiter: z
    .string()
    .refine((name) => Object.hasOwn(DELIMITERS, name))
    .default('COMMA'),
})

const MAX_CONTENT_BYTES = 150 * 2 ** 20

/** POST /jobs/ingest */
export function createIngest(call: ApiCall): Reply {
  const body = readJsonBody(call.request)
  if (!body.ok) return failDml(body.error)
  const parsed = createSchema.safeParse(body.value)
  if (!parsed.success) return invalidJob(z.prettifyError(parsed.error))
  const { object: name, operation, externalIdFieldName = null, lineEnding, columnDelimiter } = parsed.data
  const object = findObject(call, name)
  const problem = findProblem(call, parsed.data, object !== undefined)
  const { assignmentRuleId } = parsed.data
  if (!object || problem !== undefined) return invalidJob(problem ?? `there is no object ${name}`)
  const nowMs = call.org.clock.nowMs()
  const job: IngestJob = {
    kind: 'ingest',
    id: nextJobId(call.org),
    object: object.name,
    operation,
    externalIdFieldName,
    assignmentRuleId: toRecordId(assignmentRuleId ?? '') ?? null,
    createdById: call.dml.actor.userId,
    createdMs: nowMs,
    changedMs: nowMs,
    state: 'Open',
    columnDelimiter,
    lineEnding,
    apiVersion: call.version,
    client: call.trace.client,
    errorMessage: null,
    processed: 0,
    failed: 0,
    hasContent: false,
  }
  saveJob(call.org, job)
  call.trace.object = object.name
  return json(200, renderJob(job))
}

function findProblem(
  call: ApiCall,
  wanted: z.infer<typeof createSchema>,
  isKnown: boolean,
): string | undefined {
  const { operation, externalIdFieldName } = wanted
  if (!isKnown) return `there is no object ${wanted.object}`
  if (operation === 'hardDelete' && !call.dml.actor.access.has('BulkApiHardDelete')) {
    return 'hardDelete needs the permission Bulk API Hard Delete'
  }
  const object = call.org.schema.object(wanted.object)
  if (!isRuleKnown(call, wanted)) return `there is no assignment rule ${wanted.assignmentRuleId}`
  const key = object && call.org.schema.field(object, externalIdFieldName ?? '')
  if (operation !== 'upsert') return undefined
  return key?.idLookup === true ? undefined : 'an upsert needs an externalIdFieldName that is an External Id'
}

function isRuleKnown({ org }: ApiCall, { assignmentRuleId, object }: z.infer<typeof createSchema>): boolean {
  if (assignmentRuleId === undefined) return true
  const rule = org.store.get('AssignmentRule', toRecordId(assignmentRuleId) ?? '')
  return rule?.values['SobjectType'] === org.schema.object(object)?.name
}

function invalidJob(problem: string): Reply {
  return fail(400, { code: 'INVALIDJOB', message: `InvalidJob : ${problem}` })
}

function invalidState(message: string): Reply {
  return fail(400, { code: 'INVALIDJOBSTATE', message })
}

/** The job in the path; its object goes into the log. */
function withJob(call: ApiCall, use: (job: IngestJob) => Reply): Reply {
  const job = findJob(call.org, call.params['id'] ?? '')
  if (job?.kind !== 'ingest') return notFound()
  call.trace.object = job.object
  return use(job)
}

/** PUT /jobs/ingest/{id}/batches */
export function uploadBatches(call: ApiCall): Reply {
  return withJob(call, (job) => {
    if (job.state !== 'Open' || job.hasContent) {
      return invalidState(`Upload is not allowed: the job is ${job.state} or has its data already`)
    }
    if (call.request.bytes.length > MAX_CONTENT_BYTES) return empty(413)
    call.org.state.set(`jobdata:${job.id}`, call.request.body)
    saveJob(call.org, { ...job, hasContent: true })
    return empty(201)
  })
}

const patchSchema = z.object({ state: z.enum(['UploadComplete', 'Aborted']) })

/** PATCH /jobs/ingest/{id} */
export function changeIngest(call: ApiCall): Reply {
  return withJob(call, (job) => {
    const body = readJsonBody(call.request)
    if (!body.ok) return failDml(body.error)
    const parsed = patchSchema.safeParse(body.value)
    if (!parsed.success) return invalidJob(z.prettifyError(parsed.error))
    const { state } = parsed.data
    const isAllowed = state === 'Aborted' ? !isFinished(job) : job.state === 'Open' && job.hasContent
    if (!isAllowed) return invalidState(`A job that is ${job.state} cannot become ${state}`)
    saveJob(call.org, { ...job, state })
    if (state === 'UploadComplete') queueJob(call.org, job.id)
    else keepUnprocessed(call.org, job)
    return json(200, renderJob({ ...job, state }))
  })
}

/** GET /jobs/ingest/{id} */
export function showIngest(call: ApiCall): Reply {
  return withJob(call, (job) => json(200, renderJob(job)))
}

/** DELETE /jobs/ingest/{id} */
export function deleteIngest(call: ApiCall): Reply {
  return withJob(call, (job) => {
    if (!isFinished(job)) return invalidState(`A job that is ${job.state} cannot be deleted`)
    for (const key of ['job', 'jobdata', 'jobresults']) call.org.state.delete(`${key}:${job.id}`)
    return empty(204)
  })
}

/** GET /jobs/ingest */
export function listIngest(call: ApiCall): Reply {
  const jobs = call.org.state.keys('job:').flatMap((key) => findJob(call.org, key.slice('job:'.length)) ?? [])
  const records = jobs.filter((job) => job.kind === 'ingest').map(renderJob)
  return json(200, { done: true, records, nextRecordsUrl: null })
}

/** One of the three result files of a job. */
export function showResults(name: 'successful' | 'failed' | 'unprocessed') {
  return (call: ApiCall): Reply =>
    withJob(call, (job) => {
      const results = call.org.state.getJson(`jobresults:${job.id}`, resultsSchema)
      return csv(results?.[name].join('') ?? '')
    })
}

export function csv(body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, headers: { 'content-type': 'text/csv; charset=UTF-8', ...headers }, body }
}
