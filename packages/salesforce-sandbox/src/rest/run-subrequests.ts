import { z } from 'zod'
import { parseRequest, type HttpRequest } from '../http/http-request.ts'
import type { Reply } from '../http/reply.ts'
import type { ApiCall } from './api-call.ts'
import { resolveText, resolveValue, type Answers } from './composite-references.ts'

export const subrequestSchema = z.object({
  method: z.string().transform((method) => method.toUpperCase()),
  url: z.string(),
  referenceId: z.string().min(1),
  body: z.unknown().optional(),
  httpHeaders: z.record(z.string(), z.string()).optional(),
})
export type Subrequest = z.infer<typeof subrequestSchema>

export interface Subresponse {
  readonly body: unknown
  readonly httpHeaders: Readonly<Record<string, string>>
  readonly httpStatusCode: number
  readonly referenceId: string
}

/** Runs subrequests in order; with `allOrNone` the first failure undoes them all and the others say so. */
export function runSubrequests(
  call: ApiCall,
  subrequests: readonly Subrequest[],
  allOrNone: boolean,
): { readonly ok: boolean; readonly responses: readonly Subresponse[] } {
  const { store } = call.org
  const savepoint = store.savepoint()
  const answers = new Map<string, unknown>()
  const responses: Subresponse[] = []
  for (const sub of subrequests) {
    const response = runOne(call, sub, answers)
    responses.push(response)
    if (!isFailure(response)) answers.set(sub.referenceId, response.body)
    else if (allOrNone) {
      store.rollbackTo(savepoint)
      return { ok: false, responses: rollBack(subrequests, response) }
    }
  }
  return { ok: !responses.some(isFailure), responses }
}

function isFailure({ httpStatusCode }: Subresponse): boolean {
  return httpStatusCode >= 300
}

const ROLLED_BACK = 'The transaction was rolled back since another operation in the same transaction failed.'

function rollBack(subrequests: readonly Subrequest[], culprit: Subresponse): readonly Subresponse[] {
  return subrequests.map((sub) =>
    sub.referenceId === culprit.referenceId ? culprit : halted(sub.referenceId, ROLLED_BACK),
  )
}

export function halted(referenceId: string, message: string): Subresponse {
  const body = [{ errorCode: 'PROCESSING_HALTED', message }]
  return { body, httpHeaders: {}, httpStatusCode: 400, referenceId }
}

function runOne(call: ApiCall, sub: Subrequest, answers: Answers): Subresponse {
  const url = resolveText(sub.url, answers)
  const body = resolveValue(sub.body, answers)
  const missing = [url, body].find((part) => !part.ok)
  if (missing?.ok === false) {
    const { path, referenceId } = missing
    const message = `Invalid reference specified. No value for ${path} found in ${referenceId}`
    return halted(sub.referenceId, message)
  }
  const request = url.ok && body.ok ? toRequest(sub, url.value, body.value) : undefined
  if (!request) return refused(sub, 'The url must start with /services/data/vXX.X/')
  const reply = call.dispatch(request)
  const { location } = reply.headers
  return {
    body: parseReply(reply),
    httpHeaders: location === undefined ? {} : { Location: location },
    httpStatusCode: reply.status,
    referenceId: sub.referenceId,
  }
}

function refused(sub: Subrequest, message: string): Subresponse {
  const body = [{ errorCode: 'INVALID_INPUT', message }]
  return { body, httpHeaders: {}, httpStatusCode: 400, referenceId: sub.referenceId }
}

/** A subrequest as a request of its own; composite calls do not nest. */
function toRequest(sub: Subrequest, url: string, body: unknown): HttpRequest | undefined {
  if (!/^\/services\/data\/v\d+\.\d+\//.test(url) || /\/composite(\/(graph|batch))?(\?|$)/.test(url)) {
    return undefined
  }
  const given = Object.entries(sub.httpHeaders ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  return parseRequest({
    method: sub.method,
    target: url,
    headers: { 'content-type': 'application/json', ...Object.fromEntries(given) },
    bytes: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
  })
}

/** What is not JSON, a result file for one, is shown as text. */
export function parseReply({ headers, body }: Reply): unknown {
  if (body === '') return null
  return headers['content-type']?.startsWith('application/json') ? JSON.parse(body) : body
}
