import { createAccess } from '../access/access.ts'
import { admitCaller } from '../http/admit-caller.ts'
import { limitInfo } from '../http/call-budget.ts'
import type { HttpRequest } from '../http/http-request.ts'
import type { Reply } from '../http/reply.ts'
import type { Trace } from '../log/request-log.ts'
import type { Org } from '../org.ts'
import { METADATA_OPERATIONS } from './metadata-operations.ts'
import { PARTNER_OPERATIONS } from './partner-operations.ts'
import { fault, type SoapOutcome } from './soap-call.ts'
import { buildFault, buildResponse, parseEnvelope, type SoapRequest } from './soap-xml.ts'

const APIS = {
  u: { namespace: 'urn:partner.soap.sforce.com', operations: PARTNER_OPERATIONS },
  m: { namespace: 'http://soap.sforce.com/2006/04/metadata', operations: METADATA_OPERATIONS },
}

/** POST /services/Soap/u/62.0 and /services/Soap/m/62.0; the session is in the envelope. */
export function answerSoap(org: Org, given: { request: HttpRequest; trace: Trace; longOpen: number }): Reply {
  const { request, trace, longOpen } = given
  const soap = parseEnvelope(request.body)
  const api = request.segments[2] === 'm' ? APIS.m : APIS.u
  const outcome = soap
    ? runOperation(org, {
        soap,
        trace,
        operations: api.operations,
        host: request.headers.host,
        longOpen,
        apiVersion: Number(request.segments[3]) || 62,
      })
    : fault('UNKNOWN_EXCEPTION', 'The body is not a SOAP envelope')
  const body = outcome.ok
    ? buildResponse(soap?.operation ?? '', api.namespace, outcome.result)
    : buildFault(outcome.code, outcome.message)
  if (!outcome.ok) trace.codes.push(outcome.code)
  return {
    status: outcome.ok ? 200 : 500,
    headers: { 'content-type': 'text/xml; charset=utf-8', 'sforce-limit-info': limitInfo(org) },
    body,
  }
}

const ILLEGAL = 'Invalid Session ID found in SessionHeader: Illegal Session'

function runOperation(
  org: Org,
  call: {
    soap: SoapRequest
    trace: Trace
    operations: typeof PARTNER_OPERATIONS
    host: string | undefined
    longOpen: number
    apiVersion: number
  },
): SoapOutcome {
  const { soap, trace, operations, host, longOpen, apiVersion } = call
  trace.op = soap.operation
  const admitted = admitCaller(org, { token: soap.sessionId, host, longOpen }, trace)
  if (!admitted.ok) {
    const { code, message } = admitted.error
    return fault(code, code === 'INVALID_SESSION_ID' ? ILLEGAL : message)
  }
  const run = operations[soap.operation]
  if (!run) return fault('UNKNOWN_EXCEPTION', `No operation available for request ${soap.operation}`)
  const { userId } = admitted.value
  trace.client = soap.client
  const access = createAccess(org, userId)
  const actor = { userId, via: 'soap', client: soap.client, apiVersion, access }
  return run({ org, dml: { org, actor }, argument: soap.argument, trace })
}
