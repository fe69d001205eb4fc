import { z } from 'zod'
import { parseRequest } from '../http/http-request.ts'
import { fail, failDml, json, type Reply } from '../http/reply.ts'
import { readJsonBody, type ApiCall } from './api-call.ts'
import { parseReply } from './run-subrequests.ts'

const MAX_REQUESTS = 25

const batchSchema = z.object({
  haltOnError: z.boolean().default(false),
  batchRequests: z.array(
    z.object({ method: z.string(), url: z.string(), richInput: z.unknown().optional() }),
  ),
})
type BatchRequest = z.infer<typeof batchSchema>['batchRequests'][number]

interface BatchResult {
  readonly statusCode: number
  readonly result: unknown
}

/** POST /composite/batch: up to 25 calls in one that know nothing of each other; each is kept or not by itself. */
export function runBatch(call: ApiCall): Reply {
  const body = readJsonBody(call.request)
  if (!body.ok) return failDml(body.error)
  const parsed = batchSchema.safeParse(body.value)
  if (!parsed.success) return fail(400, { code: 'JSON_PARSER_ERROR', message: z.prettifyError(parsed.error) })
  const { haltOnError, batchRequests } = parsed.data
  if (batchRequests.length > MAX_REQUESTS) {
    const message = `The limit of ${MAX_REQUESTS} requests in one batch is exceeded.`
    return fail(400, { code: 'LIMIT_EXCEEDED', message })
  }
  const results: BatchResult[] = []
  for (const request of batchRequests)
    results.push(haltOnError && results.some(isError) ? HALTED : runOne(call, request))
  return json(200, { hasErrors: results.some(isError), results })
}

const isError = ({ statusCode }: BatchResult): boolean => statusCode >= 400

const HALTED: BatchResult = {
  statusCode: 412,
  result: [
    {
      errorCode: 'BATCH_PROCESSING_HALTED',
      message: 'Batch processing halted per request due to prior error.',
    },
  ],
}

/** `v62.0/sobjects/Lead`, or the whole path. Composite calls do not nest. */
function runOne(call: ApiCall, { method, url, richInput }: BatchRequest): BatchResult {
  const target = /^\/?v\d/.test(url) ? `/services/data/${url.replace(/^\//, '')}` : url
  const isAllowed = /^\/services\/data\/v\d+\.\d+\//.test(target) && !/\/composite\b/.test(target)
  const request = isAllowed
    ? parseRequest({
        method: method.toUpperCase(),
        target,
        headers: { 'content-type': 'application/json' },
        bytes: Buffer.from(richInput === undefined ? '' : JSON.stringify(richInput)),
      })
    : undefined
  if (!request)
    return {
      statusCode: 400,
      result: [{ errorCode: 'INVALID_INPUT', message: `${url} cannot be in a batch` }],
    }
  const reply = call.dispatch(request)
  return { statusCode: reply.status, result: parseReply(reply) }
}
