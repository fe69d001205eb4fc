import { z } from 'zod'
import { fail, failDml, json, type Reply } from '../http/reply.ts'
import { readJsonBody, type ApiCall } from './api-call.ts'
import { runSubrequests, subrequestSchema, type Subrequest } from './run-subrequests.ts'

const MAX_SUBREQUESTS = 25
const MAX_QUERIES = 5

const compositeSchema = z.object({
  allOrNone: z.boolean().default(false),
  compositeRequest: z.array(subrequestSchema),
})

/** POST /composite: up to 25 calls in one, each may use what the earlier ones answered. */
export function runComposite(call: ApiCall): Reply {
  const body = readJsonBody(call.request)
  if (!body.ok) return failDml(body.error)
  const parsed = compositeSchema.safeParse(body.value)
  if (!parsed.success) {
    return fail(400, { code: 'JSON_PARSER_ERROR', message: z.prettifyError(parsed.error) })
  }
  const { allOrNone, compositeRequest } = parsed.data
  const refused = findExcess(compositeRequest) ?? findRepeatedId(compositeRequest)
  if (refused) return refused
  const { responses } = runSubrequests(call, compositeRequest, allOrNone)
  return json(200, { compositeResponse: responses })
}

function findExcess(subrequests: readonly Subrequest[]): Reply | undefined {
  if (subrequests.length > MAX_SUBREQUESTS) {
    const message = `The limit of ${MAX_SUBREQUESTS} subrequests in one composite call is exceeded.`
    return fail(400, { code: 'LIMIT_EXCEEDED', message })
  }
  const wide = subrequests.filter(({ url }) => /\/(query|queryAll|composite\/sobjects)\b/.test(url))
  if (wide.length <= MAX_QUERIES) return undefined
  const message = `The limit of ${MAX_QUERIES} queries and collections in one composite call is exceeded.`
  return fail(400, { code: 'LIMIT_EXCEEDED', message })
}

export function findRepeatedId(subrequests: readonly Subrequest[]): Reply | undefined {
  const ids = subrequests.map((sub) => sub.referenceId)
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index)
  if (repeated === undefined) return undefined
  return fail(400, { code: 'INVALID_INPUT', message: `The reference id ${repeated} is used twice.` })
}
