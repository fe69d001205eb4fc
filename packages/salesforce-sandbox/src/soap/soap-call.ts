import type { Dml } from '../dml/dml-result.ts'
import type { HttpRequest } from '../http/http-request.ts'
import type { Reply } from '../http/reply.ts'
import type { Trace } from '../log/request-log.ts'
import type { Org } from '../org.ts'

/** One operation of a SOAP API in a living session. */
export interface SoapCall {
  readonly org: Org
  readonly dml: Dml
  readonly argument: Readonly<Record<string, unknown>>
  readonly trace: Trace
}

/** What an operation gives, or a fault that ends the call. */
export type SoapOutcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string }

export type SoapHandler = (call: SoapCall) => SoapOutcome

export type AnswerSoap = (org: Org, request: HttpRequest, trace: Trace) => Reply

export function give(result: unknown): SoapOutcome {
  return { ok: true, result }
}

export function fault(code: string, message: string): SoapOutcome {
  return { ok: false, code, message }
}
