import { z } from 'zod'
import type { Dml, DmlResult } from '../dml/dml-result.ts'
import { dmlError, pass, refuse, type Checked } from '../dml/dml-result.ts'
import type { HttpRequest } from '../http/http-request.ts'
import { headerOf } from '../http/http-request.ts'
import type { Reply } from '../http/reply.ts'
import type { Trace } from '../log/request-log.ts'
import type { Org } from '../org.ts'
import type { ObjectDefinition } from '../schema/schema-model.ts'

/** One authenticated call of the REST API. */
export interface ApiCall {
  readonly org: Org
  readonly request: HttpRequest
  readonly method: string
  readonly params: Readonly<Record<string, string>>
  readonly dml: Dml
  /** `/services/data/v62.0` */
  readonly base: string
  readonly version: number
  readonly trace: Trace
  /** Runs a subrequest of this call, as the same user and within the same transaction. */
  readonly dispatch: (sub: HttpRequest) => Reply
}

export type ApiHandler = (call: ApiCall) => Reply

/** The object named in the path, when the user may know of it. */
export function findObject(call: ApiCall, name = call.params['object'] ?? ''): ObjectDefinition | undefined {
  const object = call.org.schema.object(name)
  return object && call.dml.actor.access.canUse(object, 'read') ? object : undefined
}

/** Writes a result into the log entry. */
export function noteResult(trace: Trace, result: DmlResult): void {
  const { id } = result
  if (id !== undefined) trace.ids.push(id)
  if (!result.ok) trace.codes.push(result.error.code)
  else if (!result.changed) trace.noOps += 1
}

/** A platform event that was taken is told by an error that is none. */
export function enqueuedOf({ enqueued }: Extract<DmlResult, { ok: true }>): readonly object[] {
  if (enqueued === undefined) return []
  return [{ statusCode: 'OPERATION_ENQUEUED', message: enqueued, fields: [] }]
}

const jsonObject = z.record(z.string(), z.unknown())

/** The request body as a JSON object. */
export function readJsonBody(request: HttpRequest): Checked<Readonly<Record<string, unknown>>> {
  const type = headerOf(request, 'content-type') ?? ''
  if (!/^application\/json\b/i.test(type)) {
    const message = `The HTTP entity body is required, but this request has content type '${type}'`
    return refuse(dmlError('UNSUPPORTED_MEDIA_TYPE', message, { status: 415 }))
  }
  const parsed = parseJson(request.body)
  if (!parsed.ok) return parsed
  const object = jsonObject.safeParse(parsed.value)
  return object.success
    ? pass(object.data)
    : refuse(dmlError('JSON_PARSER_ERROR', 'The body is not a JSON object'))
}

function parseJson(text: string): Checked<unknown> {
  try {
    return pass(JSON.parse(text))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return refuse(dmlError('JSON_PARSER_ERROR', `Unexpected character: ${error.message}`))
  }
}
