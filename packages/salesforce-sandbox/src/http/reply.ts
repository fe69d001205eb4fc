import type { DmlError } from '../dml/dml-result.ts'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** How the answer fails to arrive as it should. */
  readonly delivery?: { readonly breakAfterBytes?: number; readonly pauseMs?: number }
}

export interface RestError {
  readonly code: string
  readonly message: string
  /** Present on errors of a write, absent on those of the transport. */
  readonly fields?: readonly string[]
}

const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' }

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(value) }
}

export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: '' }
}

export function html(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'text/html;charset=UTF-8', ...headers }, body }
}

/** The REST API's array of one error. */
export function fail(status: number, error: RestError): Reply {
  const { code, message, fields } = error
  return json(status, [fields ? { message, errorCode: code, fields } : { message, errorCode: code }])
}

export function failDml(error: DmlError): Reply {
  const { code, message, detail } = error
  if (detail) return json(error.status, [{ errorCode: code, message, ...detail }])
  return fail(error.status, error)
}

export function notFound(): Reply {
  return fail(404, { code: 'NOT_FOUND', message: 'The requested resource does not exist' })
}
