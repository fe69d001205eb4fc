import { headerOf, readOptions } from '../http/http-request.ts'
import { fail, json, type Reply } from '../http/reply.ts'
import { countLiterals } from '../soql/lexer.ts'
import { runQuery, runQueryMore, type QueryOutcome, type QueryRequest } from '../soql/run-query.ts'
import type { ApiCall } from './api-call.ts'
import { queryTooling } from './tooling.ts'

/** What the org knows of itself is asked of the tooling API, or here. */
const DEFINITIONS = /^\s*select\s+[\w\s,.]+\s+from\s+(EntityDefinition|FieldDefinition)\b/i

/** GET /query?q= */
export function query(call: ApiCall): Reply {
  noteInjection(call)
  const text = call.request.query.get('q') ?? ''
  if (DEFINITIONS.test(text)) return queryTooling(call)
  return answer(call, runQuery(toQueryRequest(call), text, false))
}

/** GET /queryAll?q= sees deleted records too. */
export function queryAll(call: ApiCall): Reply {
  noteInjection(call)
  return answer(call, runQuery(toQueryRequest(call), call.request.query.get('q') ?? '', true))
}

/** A query with more or fewer texts than the template that the client declares was broken out of. */
function noteInjection(call: ApiCall): void {
  const template = headerOf(call.request, 'x-test-soql-template')
  if (template === undefined) return
  const isSame = countLiterals(template) === countLiterals(call.request.query.get('q') ?? '')
  if (!isSame) call.trace.codes.push('SOQL_INJECTION')
}

/** GET /query/{locator} */
export function queryMore(call: ApiCall): Reply {
  return answer(call, runQueryMore(toQueryRequest(call), call.params['locator'] ?? ''))
}

export function toQueryRequest(call: ApiCall): QueryRequest {
  const batchSize = Number(readOptions(call.request, 'sforce-query-options').get('batchsize'))
  return {
    org: call.org,
    access: call.dml.actor.access,
    base: call.base,
    batchSize: Number.isInteger(batchSize) ? batchSize : undefined,
  }
}

function answer(call: ApiCall, outcome: QueryOutcome): Reply {
  if (!outcome.ok) {
    call.trace.codes.push(outcome.code)
    return fail(400, { code: outcome.code, message: outcome.message })
  }
  call.trace.object = outcome.object
  return json(200, outcome.page)
}
